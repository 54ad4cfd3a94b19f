// The program under test: `uketsuke demo` in a temporary folder on free ports,
// and its commands for devices. Ended and cleared away by `close`.

import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const ADDRESSES = {
  portal: "ポータル（施術所等）",
  csm: "ポータル（医療機関等）",
  office: "審査・管理",
  api: "端末のAPI",
  mail: "届いたメール",
};
const FREE_PORT = "127.0.0.1:0";
const LISTENERS = ["UKETSUKE_PORTAL_LISTEN", "UKETSUKE_ADMIN_LISTEN", "UKETSUKE_DEVICE_API_LISTEN"];

export const PASSWORD = "Tameshi-2026";
export const SCREENSHOTS = join(ROOT, "target/browser-screenshots");

/** The program: UKETSUKE_BIN, or where cargo puts it. */
function program() {
  const { UKETSUKE_BIN, CARGO_TARGET_DIR = "target" } = process.env;
  return UKETSUKE_BIN ? resolve(UKETSUKE_BIN) : resolve(ROOT, CARGO_TARGET_DIR, "debug/uketsuke");
}

export class Demo {
  /** Starts it; resolves when it has printed what to try. */
  static async start() {
    const folder = await mkdtemp(join(tmpdir(), "uketsuke-browser."));
    const args = ["demo", "--data", folder, "--fresh", "--mail-listen", FREE_PORT];
    const env = { ...process.env, ...Object.fromEntries(LISTENERS.map((name) => [name, FREE_PORT])) };
    const child = spawn(program(), args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const demo = new Demo(folder, child);
    try {
      await demo.#ready();
    } catch (error) {
      await demo.close();
      throw error;
    }
    return demo;
  }

  constructor(folder, child) {
    Object.assign(this, { folder, child, log: "" });
    child.stderr.on("data", (piece) => (this.log += piece));
    this.ended = new Promise((done) => child.once("close", done).once("error", done));
  }

  async #ready() {
    const printed = this.#listen();
    const early = this.ended.then((why) => {
      throw new Error(`${program()} ended (${why}):\n${this.log}`);
    });
    await Promise.race([printed, early]);
    const { service } = JSON.parse(await readFile(join(this.folder, "logins.json"), "utf8"));
    this.service = service;
  }

  async #listen() {
    const missing = new Map(Object.entries(ADDRESSES).map(([name, words]) => [words, name]));
    for await (const line of createInterface({ input: this.child.stdout })) {
      const [words, address] = line.trim().split(/\s+/);
      if (missing.has(words) && address?.startsWith("http://")) {
        this[missing.get(words)] = address;
        missing.delete(words);
      }
      if (missing.size === 0 && line.includes("  3. ")) break;
    }
    // Whatever it prints later must not fill the pipe.
    this.child.stdout.resume();
  }

  get origins() {
    return Object.keys(ADDRESSES).map((name) => this[name]);
  }

  /** An hour passes for the sessions of this person: they end by themselves. */
  async anHourPasses(email) {
    const whose = `(SELECT id FROM accounts WHERE email = '${email}')`;
    await this.#sql(`UPDATE sessions SET seen_at = datetime(seen_at, '-1 hour') WHERE account_id = ${whose};`);
  }

  /** The same for a member of staff, whose app shows other codes by then. */
  async anHourPassesForStaff(email) {
    const whose = `(SELECT id FROM staff WHERE email = '${email}')`;
    await this.#sql(`UPDATE staff_sessions SET seen_at = datetime(seen_at, '-1 hour') WHERE staff_id = ${whose};`);
    await this.#sql(`UPDATE staff SET totp_last_step = totp_last_step - 120 WHERE email = '${email}';`);
  }

  /** The minutes pass in which decisions can be undone: their letters leave. */
  async decisionsStand() {
    await this.#sql(`UPDATE jobs SET run_at = datetime(run_at, '-5 minutes') WHERE unique_key LIKE 'decision:%';`);
  }

  /** This person has not touched the portal for two minutes. */
  async isAway(email) {
    const whose = `(SELECT id FROM accounts WHERE email = '${email}')`;
    await this.#sql(`UPDATE sessions SET seen_at = datetime(seen_at, '-2 minutes') WHERE account_id = ${whose};`);
  }

  /** The master says that the facility closes on this day. */
  async closes(code, on) {
    await this.#sql(`UPDATE facilities SET closed_on = '${on}' WHERE code = '${code}';`);
  }

  /** Straight into the database, past every check. */
  async write(text) {
    await this.#sql(text);
  }

  async #sql(text) {
    await run("sqlite3", ["-cmd", ".timeout 5000", join(this.folder, "demo.db"), text]);
  }

  /** The client app's first start, with the values as the portal shows them. */
  async register(name, settings) {
    const env = { UKETSUKE_DEVICE_PASSWORD: settings.password, UKETSUKE_DEVICE_CODE: settings.code };
    const who = ["--facility", settings.facility, "--user-id", settings.userId];
    return this.#device(["register", "--api", this.api, ...who, "--key", this.#key(name)], env);
  }

  async token(name) {
    return (await this.#device(["token", "--key", this.#key(name)])).trim();
  }

  /** What the eligibility service is told about a token, as printed. */
  async check(token) {
    const env = { UKETSUKE_DEVICE_TOKEN: token, UKETSUKE_CLIENT_SECRET: this.service.secret };
    return (await this.#device(["check", "--api", this.api, "--client-id", this.service.client_id], env)).trim();
  }

  #key(name) {
    return join(this.folder, `${name}.json`);
  }

  async #device(args, env = {}) {
    const { stdout } = await run(program(), ["device", ...args], { env: { ...process.env, ...env } });
    return stdout;
  }

  async close() {
    this.child.kill("SIGTERM");
    await this.ended;
    await rm(this.folder, { recursive: true, force: true });
  }
}
