// The shortest receiver that loses nothing: it verifies, drops what it has, and keeps the rest in SQLite.
//
//   npm install                                (Node 22.13 or later)
//   node receiver.mjs SECRET_FILE [events.db] [PORT]
//
// SECRET_FILE: one secret, or several during a rotation, one a line; it is read again for each event.
// It listens on 127.0.0.1 without TLS: put nginx, Caddy or the like in front of it.
import { readFileSync } from "node:fs"
import { createServer } from "node:http"
import { DatabaseSync } from "node:sqlite"
import { Webhook, WebhookVerificationError } from "standardwebhooks"

const [secretFile, file = "events.db", port = "8080"] = process.argv.slice(2)
const database = new DatabaseSync(file)
database.exec(`pragma journal_mode = wal; pragma synchronous = full; -- on disk before the answer
  create table if not exists event (id text primary key, received text default current_timestamp, body text not null)`)
const keep = database.prepare("insert into event (id, body) values (?, ?) on conflict do nothing")

function verified(body, headers) {
  return readFileSync(secretFile, "utf8").trim().split(/\s+/).some(secret => {
    try {
      return Boolean(new Webhook(secret).verify(body, headers))
    } catch (e) {
      if (e instanceof WebhookVerificationError) return false
      throw e
    }
  })
}

function answer(request, body) {
  if (request.method !== "POST") return 405
  if (body.length > 128 * 1024) return 413
  try {
    if (!verified(body.toString(), request.headers)) return 401 // not 400: that would refuse the event
    keep.run(request.headers["webhook-id"], body.toString())
    return 204 // also if it was here: the Mac sends it until it hears so
  } catch (e) {
    console.error(e)
    return 503 // not kept: the Mac sends it again
  }
}

createServer((request, response) => {
  const parts = []
  let size = 0
  request.on("data", part => (size += part.length) > 200_000 ? request.destroy() : parts.push(part))
  request.on("end", () => {
    const status = answer(request, Buffer.concat(parts))
    response.writeHead(status, status === 503 ? { "retry-after": "60" } : {}).end()
  })
}).listen(Number(port), "127.0.0.1", () => console.log("ready"))
