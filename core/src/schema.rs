//! The tables, as both databases have them (`migrations/`).
// The columns' meaning stands at the rows' structs and in the migrations.
#![allow(missing_docs)]

diesel::table! {
    facilities (id) {
        id -> Text,
        code -> Text,
        kind -> Text,
        prefecture -> Integer,
        name -> Text,
        kana -> Text,
        postal_code -> Text,
        address -> Text,
        phone -> Text,
        manager_name -> Text,
        account_number_mac -> Nullable<Text>,
        manager_birth_mac -> Nullable<Text>,
        designated_on -> Nullable<Date>,
        closed_on -> Nullable<Date>,
        search_key -> Text,
        search_grams -> Text,
        revision -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        devices_stopped_at -> Nullable<Timestamp>,
        devices_stop_reason -> Text,
        features -> Text,
    }
}

diesel::table! {
    facility_imports (id) {
        id -> Text,
        file_name -> Text,
        sha256 -> Text,
        kind -> Nullable<Text>,
        as_of -> Date,
        partial -> Bool,
        staged_key -> Nullable<Text>,
        details_key -> Nullable<Text>,
        report -> Text,
        state -> Text,
        uploaded_by -> Text,
        uploaded_at -> Timestamp,
        applied_by -> Nullable<Text>,
        applied_at -> Nullable<Timestamp>,
        undone_by -> Nullable<Text>,
        undone_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    facility_changes (id) {
        id -> Text,
        facility_id -> Text,
        import_id -> Nullable<Text>,
        verb -> Text,
        changes -> Text,
        before -> Nullable<Text>,
        at -> Timestamp,
    }
}

diesel::table! {
    accounts (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        family_name -> Text,
        given_name -> Text,
        phone -> Text,
        password_hash -> Text,
        state -> Text,
        failures -> Integer,
        failing_since -> Nullable<Timestamp>,
        last_login_at -> Nullable<Timestamp>,
        password_changed_at -> Timestamp,
        revision -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    memberships (id) {
        id -> Text,
        account_id -> Text,
        facility_id -> Text,
        state -> Text,
        created_at -> Timestamp,
        verified_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    consents (id) {
        id -> Text,
        account_id -> Text,
        document -> Text,
        version -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    signup_drafts (visitor_hash) {
        visitor_hash -> Text,
        document -> Text,
        password_hash -> Nullable<Text>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    signups (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        family_name -> Text,
        given_name -> Text,
        phone -> Text,
        facility_id -> Text,
        password_hash -> Text,
        terms_version -> Text,
        privacy_version -> Text,
        visitor_hash -> Text,
        activated_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    link_tokens (id) {
        id -> Text,
        purpose -> Text,
        subject_id -> Text,
        token_hash -> Text,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        replaced_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        token_hash -> Text,
        account_id -> Text,
        facility_id -> Nullable<Text>,
        address -> Text,
        user_agent -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    kept_forms (id) {
        id -> Text,
        account_id -> Text,
        path -> Text,
        fields -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    throttles (key) {
        key -> Text,
        count -> Integer,
        window_started_at -> Timestamp,
    }
}

diesel::table! {
    staff (id) {
        id -> Text,
        email -> Text,
        email_key -> Text,
        name -> Text,
        roles -> Text,
        password_hash -> Nullable<Text>,
        totp_sealed -> Nullable<Text>,
        totp_last_step -> Nullable<BigInt>,
        state -> Text,
        last_login_at -> Nullable<Timestamp>,
        revision -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    staff_sessions (id) {
        id -> Text,
        token_hash -> Text,
        staff_id -> Text,
        stage -> Text,
        address -> Text,
        user_agent -> Text,
        created_at -> Timestamp,
        seen_at -> Timestamp,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    applications (id) {
        id -> Text,
        number -> Nullable<Text>,
        kind -> Text,
        facility_id -> Text,
        account_id -> Text,
        state -> Text,
        document -> Text,
        assignee_id -> Nullable<Text>,
        assigned_at -> Nullable<Timestamp>,
        last_reviewer_id -> Nullable<Text>,
        submitted_at -> Nullable<Timestamp>,
        due_on -> Nullable<Date>,
        decided_at -> Nullable<Timestamp>,
        revision -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        facility_kind -> Nullable<Text>,
        prefecture -> Nullable<Integer>,
        method -> Nullable<Text>,
    }
}

diesel::table! {
    filings (id) {
        id -> Text,
        application_id -> Text,
        version -> Integer,
        schema_version -> Integer,
        document -> Text,
        filed_by -> Text,
        filed_at -> Timestamp,
    }
}

diesel::table! {
    application_events (id) {
        id -> Text,
        application_id -> Text,
        actor -> Text,
        verb -> Text,
        from_state -> Text,
        to_state -> Text,
        reason -> Text,
        detail -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    application_faults (id) {
        id -> Text,
        application_id -> Text,
        event_id -> Text,
        field -> Text,
        reason -> Text,
        text -> Text,
        resolved_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    evidence (id) {
        id -> Text,
        application_id -> Text,
        facility_id -> Text,
        account_id -> Text,
        storage_key -> Nullable<Text>,
        preview_key -> Nullable<Text>,
        original_name -> Text,
        media_type -> Text,
        size_bytes -> BigInt,
        sha256 -> Text,
        removed_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        scan -> Text,
        scan_note -> Nullable<Text>,
        scanned_at -> Nullable<Timestamp>,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    registrations (id) {
        id -> Text,
        facility_id -> Text,
        application_id -> Text,
        staff_count -> Integer,
        approved_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        ended_by -> Nullable<Text>,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    devices (id) {
        id -> Text,
        facility_id -> Text,
        application_id -> Text,
        slot -> Integer,
        user_id -> Text,
        label -> Text,
        state -> Text,
        generation -> BigInt,
        lost_at -> Nullable<Timestamp>,
        suspended_at -> Nullable<Timestamp>,
        revoked_at -> Nullable<Timestamp>,
        activated_at -> Nullable<Timestamp>,
        last_used_at -> Nullable<Timestamp>,
        revision -> BigInt,
        created_at -> Timestamp,
        updated_at -> Timestamp,
        role -> Text,
        holder_name -> Text,
        holder_kana -> Text,
        starts_on -> Nullable<Date>,
        first_used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    account_places (application_id) {
        application_id -> Text,
        facility_id -> Text,
        places -> Integer,
        revision -> BigInt,
        created_at -> Timestamp,
    }
}

diesel::table! {
    activations (id) {
        id -> Text,
        device_id -> Text,
        code_mac -> Text,
        password_mac -> Text,
        sealed -> Nullable<Text>,
        tries -> Integer,
        expires_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
        ended_at -> Nullable<Timestamp>,
        created_at -> Timestamp,
        revealed_at -> Nullable<Timestamp>,
        swap -> Bool,
    }
}

diesel::table! {
    credentials (id) {
        id -> Text,
        device_id -> Text,
        activation_id -> Text,
        jwk -> Text,
        thumbprint -> Text,
        registration_token_hash -> Text,
        metadata -> Text,
        state -> Text,
        created_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        app_id -> Nullable<Integer>,
    }
}

diesel::table! {
    used_jtis (key) {
        key -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    signing_keys (id) {
        id -> Text,
        sealed -> Text,
        public_jwk -> Text,
        created_at -> Timestamp,
        retired_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    introspection_clients (id) {
        id -> Text,
        name -> Text,
        secret_hash -> Text,
        state -> Text,
        created_at -> Timestamp,
        expires_at -> Nullable<Timestamp>,
        address_ranges -> Text,
    }
}

diesel::table! {
    jobs (id) {
        id -> Text,
        kind -> Text,
        payload -> Text,
        unique_key -> Nullable<Text>,
        state -> Text,
        attempts -> Integer,
        run_at -> Timestamp,
        leased_by -> Nullable<Text>,
        leased_until -> Nullable<Timestamp>,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    mails (id) {
        id -> Text,
        letter -> Text,
        recipient -> Text,
        subject -> Text,
        state -> Text,
        last_error -> Nullable<Text>,
        created_at -> Timestamp,
        sent_at -> Nullable<Timestamp>,
        ids -> Nullable<Text>,
        tries -> Integer,
        report -> Nullable<Text>,
        reported_at -> Nullable<Timestamp>,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    audit_events (id) {
        id -> Text,
        at -> Timestamp,
        actor_kind -> Text,
        actor_id -> Text,
        action -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        facility_id -> Nullable<Text>,
        detail -> Text,
        request_id -> Nullable<Text>,
        address -> Nullable<Text>,
        changes -> Nullable<Text>,
        position -> Nullable<BigInt>,
        chain -> Nullable<Text>,
    }
}

diesel::table! {
    audit_heads (id) {
        id -> Integer,
        position -> BigInt,
        chain -> Text,
        mac -> Text,
    }
}

diesel::table! {
    staff_recovery_codes (id) {
        id -> Text,
        staff_id -> Text,
        mac -> Text,
        created_at -> Timestamp,
        used_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    factor_resets (id) {
        id -> Text,
        staff_id -> Text,
        asked_by -> Text,
        reason -> Text,
        asked_at -> Timestamp,
        confirmed_by -> Nullable<Text>,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    saved_views (id) {
        id -> Text,
        staff_id -> Text,
        name -> Text,
        query -> Text,
        shared -> Bool,
        created_at -> Timestamp,
    }
}

diesel::table! {
    review_rules (kind) {
        kind -> Text,
        second_person -> Bool,
        changed_by -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    canned_reasons (id) {
        id -> Text,
        kind -> Text,
        action -> Text,
        code -> Text,
        field -> Text,
        label -> Text,
        body -> Text,
        retired -> Bool,
        changed_by -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    case_notes (id) {
        id -> Text,
        application_id -> Text,
        facility_id -> Text,
        staff_id -> Text,
        body -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    checklist_ticks (application_id, filing_version, item) {
        application_id -> Text,
        filing_version -> Integer,
        item -> Text,
        staff_id -> Text,
        ticked_at -> Timestamp,
    }
}

diesel::table! {
    evidence_bookmarks (staff_id, evidence_id) {
        staff_id -> Text,
        evidence_id -> Text,
        application_id -> Text,
        part -> Integer,
        zoom -> Integer,
        turn -> Integer,
        looked_at -> Timestamp,
    }
}

diesel::table! {
    bulk_runs (id) {
        id -> Text,
        staff_id -> Text,
        action -> Text,
        to_staff_id -> Nullable<Text>,
        query -> Text,
        more -> Bool,
        state -> Text,
        created_at -> Timestamp,
        started_at -> Nullable<Timestamp>,
        finished_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    bulk_items (run_id, position) {
        run_id -> Text,
        position -> Integer,
        application_id -> Text,
        revision -> BigInt,
        state -> Text,
        bar -> Nullable<Text>,
        settled_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    holidays (day) {
        day -> Date,
        name -> Text,
        source -> Text,
        added_by -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    daily_counts (measure, day, facility_kind, prefecture, detail) {
        measure -> Text,
        day -> Date,
        facility_kind -> Text,
        prefecture -> Integer,
        detail -> Text,
        count -> BigInt,
    }
}

diesel::table! {
    weekly_counts (week_on, facility_kind, prefecture) {
        week_on -> Date,
        facility_kind -> Text,
        prefecture -> Integer,
        facilities -> BigInt,
        applied -> BigInt,
        ready -> BigInt,
        operating -> BigInt,
        exempt -> BigInt,
        neither -> BigInt,
    }
}

diesel::table! {
    waiting_counts (due_on, facility_kind, prefecture) {
        due_on -> Date,
        facility_kind -> Text,
        prefecture -> Integer,
        count -> BigInt,
    }
}

diesel::table! {
    report_marks (name) {
        name -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    facility_watches (id) {
        id -> Text,
        staff_id -> Text,
        facility_id -> Text,
        occasion -> Text,
        token_hash -> Nullable<Text>,
        created_at -> Timestamp,
        ends_at -> Timestamp,
    }
}

diesel::table! {
    staff_kept_forms (staff_id) {
        staff_id -> Text,
        path -> Text,
        fields -> Text,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    staff_settings (staff_id) {
        staff_id -> Text,
        hidden_columns -> Text,
    }
}

diesel::table! {
    automatic_limits (kind) {
        kind -> Text,
        devices -> Integer,
        changed_by -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    standing_heads (id) {
        id -> Integer,
        epoch -> BigInt,
    }
}

diesel::table! {
    standing_log (batch) {
        batch -> BigInt,
        epoch -> Nullable<BigInt>,
        mark -> Text,
        at -> Timestamp,
    }
}

diesel::table! {
    standing_changes (id) {
        id -> BigInt,
        batch -> BigInt,
        kind -> Text,
        subject -> Text,
    }
}

diesel::table! {
    standing_instances (id) {
        id -> Text,
        name -> Text,
        seen -> BigInt,
        answers_seconds -> Integer,
        beat_at -> Timestamp,
    }
}

diesel::table! {
    notices (id) {
        id -> Text,
        state -> Text,
        revision -> Integer,
        version -> Integer,
        category -> Text,
        important -> Bool,
        popup -> Bool,
        banner -> Bool,
        title -> Text,
        body -> Text,
        site -> Text,
        kinds -> Text,
        prefectures -> Text,
        starts_at -> Timestamp,
        ends_at -> Nullable<Timestamp>,
        made_by -> Text,
        created_at -> Timestamp,
        amended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    notice_reads (account_id, notice_id) {
        account_id -> Text,
        notice_id -> Text,
        read_at -> Timestamp,
    }
}

diesel::table! {
    content_versions (subject_kind, subject_id, number) {
        subject_kind -> Text,
        subject_id -> Text,
        number -> Integer,
        document -> Text,
        comment -> Text,
        made_by -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    attachments (id) {
        id -> Text,
        subject_kind -> Text,
        subject_id -> Text,
        storage_key -> Text,
        original_name -> Text,
        media_type -> Text,
        size_bytes -> BigInt,
        sha256 -> Text,
        created_at -> Timestamp,
        scan -> Text,
        scan_note -> Nullable<Text>,
        scanned_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    faq_entries (id) {
        id -> Text,
        state -> Text,
        revision -> Integer,
        version -> Integer,
        category -> Text,
        position -> Integer,
        site -> Text,
        question -> Text,
        answer -> Text,
        keywords -> Text,
        question_key -> Text,
        keywords_key -> Text,
        answer_key -> Text,
        inquiry_id -> Nullable<Text>,
        made_by -> Text,
        created_at -> Timestamp,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    faq_grams (gram, site, entry_id) {
        gram -> Text,
        site -> Text,
        entry_id -> Text,
        weight -> SmallInt,
    }
}

diesel::table! {
    faq_votes (entry_id, voter_hash) {
        entry_id -> Text,
        voter_hash -> Text,
        helpful -> Bool,
        voted_at -> Timestamp,
    }
}

diesel::table! {
    faq_synonyms (id) {
        id -> Text,
        words -> Text,
        changed_by -> Text,
        changed_at -> Timestamp,
    }
}

diesel::table! {
    faq_misses (site, words_key) {
        site -> Text,
        words_key -> Text,
        words -> Text,
        times -> Integer,
        first_at -> Timestamp,
        last_at -> Timestamp,
    }
}

diesel::table! {
    manuals (id) {
        id -> Text,
        slug -> Text,
        state -> Text,
        revision -> Integer,
        position -> Integer,
        site -> Text,
        title -> Text,
        summary -> Text,
        made_by -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    manual_versions (id) {
        id -> Text,
        manual_id -> Text,
        sequence -> Integer,
        label -> Text,
        revised_on -> Date,
        changes -> Text,
        body -> Text,
        made_by -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    legal_versions (document, version) {
        document -> Text,
        version -> Text,
        body -> Text,
        changes -> Text,
        made_by -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    client_apps (id) {
        id -> Integer,
        platform -> Text,
        version -> Text,
        stopped_at -> Nullable<Timestamp>,
        stop_reason -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    client_app_minimums (platform) {
        platform -> Text,
        version -> Text,
    }
}

diesel::table! {
    operation_starts (id) {
        id -> Text,
        facility_id -> Text,
        application_id -> Text,
        starts_on -> Date,
        source -> Text,
        recorded_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    annexes (id) {
        id -> Text,
        main_id -> Text,
        subordinate_id -> Text,
        application_id -> Text,
        declared_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
        ended_because -> Text,
    }
}

diesel::table! {
    annex_places (facility_id) {
        facility_id -> Text,
        annex_id -> Text,
    }
}

diesel::table! {
    exemptions (id) {
        id -> Text,
        facility_id -> Text,
        application_id -> Text,
        reason -> Text,
        takes_effect_on -> Nullable<Date>,
        declared_at -> Timestamp,
        ended_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    editions (week_on) {
        week_on -> Date,
        facilities -> BigInt,
        added -> BigInt,
        removed -> BigInt,
        changed -> BigInt,
        made_at -> Timestamp,
    }
}

diesel::table! {
    edition_files (week_on, part) {
        week_on -> Date,
        part -> Text,
        storage_key -> Text,
        size_bytes -> BigInt,
        sha256 -> Text,
    }
}

diesel::table! {
    reminders (facility_id, kind, step) {
        facility_id -> Text,
        kind -> Text,
        step -> Integer,
        sent_at -> Timestamp,
    }
}

diesel::table! {
    reminder_stops (account_id) {
        account_id -> Text,
        stopped_at -> Timestamp,
    }
}

diesel::table! {
    facility_contacts (facility_id) {
        facility_id -> Text,
        application_id -> Text,
        name -> Text,
        phone -> Text,
        email -> Text,
        changed_at -> Timestamp,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    former_codes (code, facility_id) {
        code -> Text,
        facility_id -> Text,
        application_id -> Text,
        good_until -> Timestamp,
    }
}

diesel::table! {
    subsidy_programmes (id) {
        id -> Text,
        position -> Integer,
        created_at -> Timestamp,
    }
}

diesel::table! {
    subsidy_rules (programme_id, version) {
        programme_id -> Text,
        version -> Integer,
        document -> Text,
        comment -> Text,
        made_by -> Text,
        made_at -> Timestamp,
    }
}

diesel::table! {
    subsidy_budgets (programme_id, fiscal_year) {
        programme_id -> Text,
        fiscal_year -> Integer,
        yen -> BigInt,
    }
}

diesel::table! {
    subsidy_claims (application_id) {
        application_id -> Text,
        facility_id -> Text,
        programme_id -> Text,
        rules_version -> Integer,
        fiscal_year -> Integer,
        yen -> BigInt,
        filed_at -> Timestamp,
    }
}

diesel::table! {
    subsidy_purchases (application_id, line) {
        application_id -> Text,
        line -> Integer,
        shop -> Text,
        bought_on -> Date,
        yen -> BigInt,
    }
}

diesel::table! {
    subsidy_decisions (application_id) {
        application_id -> Text,
        facility_id -> Text,
        programme_id -> Text,
        rules_version -> Integer,
        fiscal_year -> Integer,
        outcome -> Text,
        yen -> BigInt,
        document -> Text,
        payee -> Text,
        held_since -> Nullable<Timestamp>,
        decided_at -> Timestamp,
    }
}

diesel::table! {
    subsidy_covers (programme_id, facility_id) {
        programme_id -> Text,
        facility_id -> Text,
        application_id -> Text,
    }
}

diesel::table! {
    subsidy_notices (application_id) {
        application_id -> Text,
        fiscal_year -> Integer,
        number -> Integer,
        issued_on -> Date,
        storage_key -> Nullable<Text>,
        size_bytes -> Nullable<BigInt>,
        sha256 -> Nullable<Text>,
    }
}

diesel::table! {
    payment_batches (id) {
        id -> Text,
        state -> Text,
        pay_on -> Date,
        payer -> Text,
        line_ends -> Text,
        items -> Integer,
        yen -> BigInt,
        sha256 -> Nullable<Text>,
        prepared_by -> Text,
        prepared_at -> Timestamp,
        exported_at -> Nullable<Timestamp>,
        settled_at -> Nullable<Timestamp>,
        revision -> BigInt,
    }
}

diesel::table! {
    payment_items (id) {
        id -> Text,
        batch_id -> Text,
        position -> Integer,
        application_id -> Text,
        yen -> BigInt,
        payee -> Text,
        released_at -> Nullable<Timestamp>,
        returned_on -> Nullable<Date>,
        returned_because -> Nullable<Text>,
    }
}

diesel::table! {
    book_checks (checked_on) {
        checked_on -> Date,
        differences -> Text,
        checked_at -> Timestamp,
    }
}

diesel::table! {
    banks (code) {
        code -> Text,
        name -> Text,
        kana -> Text,
    }
}

diesel::table! {
    bank_branches (bank_code, code) {
        bank_code -> Text,
        code -> Text,
        name -> Text,
        kana -> Text,
    }
}

diesel::table! {
    inquiries (id) {
        id -> Text,
        number -> Text,
        site -> Text,
        category -> Text,
        state -> Text,
        channel -> Text,
        account_id -> Nullable<Text>,
        facility_id -> Nullable<Text>,
        shared -> Bool,
        application_number -> Nullable<Text>,
        name -> Text,
        name_key -> Text,
        email -> Nullable<Text>,
        email_key -> Nullable<Text>,
        phone -> Nullable<Text>,
        assignee_id -> Nullable<Text>,
        revision -> BigInt,
        expected_on -> Date,
        created_at -> Timestamp,
        last_message_at -> Timestamp,
        closed_at -> Nullable<Timestamp>,
        merged_into -> Nullable<Text>,
        erased_at -> Nullable<Timestamp>,
    }
}

diesel::table! {
    inquiry_messages (id) {
        id -> Text,
        inquiry_id -> Text,
        author -> Text,
        account_id -> Nullable<Text>,
        staff_id -> Nullable<Text>,
        body -> Text,
        created_at -> Timestamp,
    }
}

diesel::table! {
    inquiry_drafts (owner) {
        owner -> Text,
        inquiry_id -> Text,
        document -> Text,
        sent_at -> Nullable<Timestamp>,
        expires_at -> Timestamp,
    }
}

diesel::table! {
    canned_answers (id) {
        id -> Text,
        category -> Text,
        title -> Text,
        body -> Text,
        link -> Text,
        position -> Integer,
        active -> Bool,
        revision -> BigInt,
        changed_by -> Text,
        changed_at -> Timestamp,
    }
}

diesel::joinable!(subsidy_rules -> subsidy_programmes (programme_id));
diesel::joinable!(subsidy_claims -> applications (application_id));
diesel::joinable!(subsidy_claims -> facilities (facility_id));
diesel::joinable!(subsidy_decisions -> applications (application_id));
diesel::joinable!(subsidy_decisions -> facilities (facility_id));
diesel::joinable!(payment_items -> subsidy_decisions (application_id));
diesel::joinable!(payment_items -> payment_batches (batch_id));
diesel::joinable!(edition_files -> editions (week_on));
diesel::joinable!(facility_changes -> facilities (facility_id));
diesel::joinable!(facility_changes -> facility_imports (import_id));
diesel::joinable!(memberships -> accounts (account_id));
diesel::joinable!(memberships -> facilities (facility_id));
diesel::joinable!(consents -> accounts (account_id));
diesel::joinable!(signups -> facilities (facility_id));
diesel::joinable!(sessions -> accounts (account_id));
diesel::joinable!(sessions -> facilities (facility_id));
diesel::joinable!(kept_forms -> accounts (account_id));
diesel::joinable!(staff_sessions -> staff (staff_id));
diesel::joinable!(applications -> facilities (facility_id));
diesel::joinable!(applications -> accounts (account_id));
diesel::joinable!(filings -> applications (application_id));
diesel::joinable!(application_events -> applications (application_id));
diesel::joinable!(application_faults -> applications (application_id));
diesel::joinable!(application_faults -> application_events (event_id));
diesel::joinable!(evidence -> applications (application_id));
diesel::joinable!(evidence -> facilities (facility_id));
diesel::joinable!(facility_watches -> staff (staff_id));
diesel::joinable!(facility_watches -> facilities (facility_id));
diesel::joinable!(evidence -> accounts (account_id));
diesel::joinable!(registrations -> facilities (facility_id));
diesel::joinable!(registrations -> applications (application_id));
diesel::joinable!(operation_starts -> facilities (facility_id));
diesel::joinable!(operation_starts -> applications (application_id));
diesel::joinable!(annex_places -> annexes (annex_id));
diesel::joinable!(annex_places -> facilities (facility_id));
diesel::joinable!(exemptions -> facilities (facility_id));
diesel::joinable!(devices -> facilities (facility_id));
diesel::joinable!(devices -> applications (application_id));
diesel::joinable!(activations -> devices (device_id));
diesel::joinable!(credentials -> devices (device_id));
diesel::joinable!(credentials -> activations (activation_id));
diesel::joinable!(credentials -> client_apps (app_id));
diesel::joinable!(case_notes -> applications (application_id));
diesel::joinable!(case_notes -> staff (staff_id));
diesel::joinable!(saved_views -> staff (staff_id));
diesel::joinable!(checklist_ticks -> staff (staff_id));
diesel::joinable!(bulk_items -> bulk_runs (run_id));
diesel::joinable!(bulk_items -> applications (application_id));
diesel::joinable!(inquiries -> facilities (facility_id));
diesel::joinable!(inquiry_messages -> inquiries (inquiry_id));
diesel::joinable!(inquiry_messages -> staff (staff_id));
diesel::joinable!(inquiry_messages -> accounts (account_id));

diesel::joinable!(notice_reads -> notices (notice_id));
diesel::joinable!(manual_versions -> manuals (manual_id));

diesel::allow_tables_to_appear_in_same_query!(
    facilities,
    facility_imports,
    facility_changes,
    accounts,
    memberships,
    consents,
    signup_drafts,
    signups,
    link_tokens,
    sessions,
    kept_forms,
    throttles,
    staff,
    staff_sessions,
    applications,
    filings,
    application_events,
    application_faults,
    evidence,
    registrations,
    operation_starts,
    annexes,
    annex_places,
    exemptions,
    facility_contacts,
    former_codes,
    editions,
    edition_files,
    reminders,
    reminder_stops,
    subsidy_programmes,
    subsidy_rules,
    subsidy_budgets,
    subsidy_claims,
    subsidy_purchases,
    subsidy_decisions,
    subsidy_covers,
    subsidy_notices,
    payment_batches,
    payment_items,
    book_checks,
    banks,
    bank_branches,
    devices,
    client_apps,
    client_app_minimums,
    account_places,
    activations,
    credentials,
    used_jtis,
    signing_keys,
    introspection_clients,
    jobs,
    mails,
    audit_events,
    audit_heads,
    review_rules,
    canned_reasons,
    case_notes,
    checklist_ticks,
    saved_views,
    staff_recovery_codes,
    factor_resets,
    evidence_bookmarks,
    bulk_runs,
    bulk_items,
    holidays,
    daily_counts,
    weekly_counts,
    waiting_counts,
    report_marks,
    facility_watches,
    staff_kept_forms,
    staff_settings,
    automatic_limits,
    standing_heads,
    standing_log,
    standing_changes,
    standing_instances,
    notices,
    inquiries,
    inquiry_messages,
    inquiry_drafts,
    canned_answers,
    notice_reads,
    faq_entries,
    faq_grams,
    faq_votes,
    manuals,
    manual_versions,
    attachments,
);

diesel::allow_columns_to_appear_in_same_group_by_clause!(applications::due_on, facilities::kind);
diesel::allow_columns_to_appear_in_same_group_by_clause!(applications::due_on, facilities::prefecture);
