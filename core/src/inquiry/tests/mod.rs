//! The register, on whichever database the tests run.
