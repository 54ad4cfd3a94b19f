// A mail server for tests: takes mail on a free port, keeps it in a folder, and
// answers as the recipient's name says, so that a test can choose the answer.
//
//   node smtp.mjs FOLDER     prints the port it listens on, then serves
//
// later@…  450, try again later      never@…  550, never      slow@…  says nothing for a minute

import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SMTPServer } from "smtp-server";

const folder = process.argv[2];
mkdirSync(folder, { recursive: true });
let count = 0;

function refusal(code, text) {
  const error = new Error(text);
  error.responseCode = code;
  return error;
}

const server = new SMTPServer({
  authOptional: true,
  disabledCommands: ["AUTH", "STARTTLS"],
  onRcptTo({ address }, session, done) {
    if (address.startsWith("later@")) return done(refusal(450, "mailbox busy"));
    if (address.startsWith("never@")) return done(refusal(550, "no such mailbox"));
    if (address.startsWith("slow@")) return setTimeout(done, 60_000).unref();
    done();
  },
  onData(stream, session, done) {
    const pieces = [];
    stream.on("data", (piece) => pieces.push(piece));
    stream.on("end", () => {
      count += 1;
      const to = session.envelope.rcptTo.map((recipient) => recipient.address).join(",");
      const name = `${String(count).padStart(4, "0")}-${to}.eml`;
      // Whoever looks into the folder sees whole mails only.
      writeFileSync(join(folder, `${name}.part`), Buffer.concat(pieces));
      renameSync(join(folder, `${name}.part`), join(folder, name));
      done();
    });
  },
});

// A client that is killed in the middle is no reason to end.
server.on("error", () => {});

server.listen(0, "127.0.0.1", () => console.log(server.server.address().port));
