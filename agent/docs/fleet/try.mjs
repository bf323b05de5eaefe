// Called by ./try: N Macs against the running pipeline, and against the receiver to copy. Asserts each answer and
// each view, and prints figures. What the Macs send was recorded from the real program (recorded.jsonl).
import { createHmac, randomBytes, randomUUID } from "node:crypto"
import { execFileSync, spawn } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import http from "node:http"
import https from "node:https"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as pause } from "node:timers/promises"
import { Webhook } from "standardwebhooks"

const [data, port, databasePort, count, receiver, receiverPort] = process.argv.slice(2)
const MACS = Number(count)
const recorded = readFileSync(new URL("recorded.jsonl", import.meta.url), "utf8").trim().split("\n")
const shift = Date.now() - Math.max(...recorded.map(line => Date.parse(JSON.parse(line).time))) - 5000
let flaws = 0

function check(right, what) {
  if (!right) {
    flaws++
    console.error(`WRONG  ${what}`)
  }
}

function same(found, expected, what) {
  const [a, b] = [found, expected].map(rows => new Set(rows.map(row => JSON.stringify(row))))
  const missing = [...b].filter(row => !a.has(row))
  const extra = [...a].filter(row => !b.has(row))
  check(missing.length + extra.length === 0 && found.length === expected.length,
    `${what}: missing ${missing.slice(0, 3)}, not expected ${extra.slice(0, 3)}, ${found.length} rows of ${expected.length}`)
}

function owner(statements) {
  // As root ./run gave the database away, and only its owner may look.
  const [program, ...before] = process.getuid() === 0 ? ["runuser", "-u", "postgres", "--", "psql"] : ["psql"]
  return execFileSync(program, [...before, "-X", "-h", `${data}/socket`, "-p", databasePort, "-At", "-v", "ON_ERROR_STOP=1",
    "-c", statements, "fleet"], { maxBuffer: 1e9 }).toString()
}

const sql = query => JSON.parse(owner(`select coalesce(json_agg(row_to_json(q)), '[]') from (${query}) q`))

// ------------------------------------------------------------ a request

const secretOf = file => readFileSync(`${data}/secrets/${file}`, "utf8").trim()
const newSecret = () => `whsec_${randomBytes(32).toString("base64")}`
const tls = new https.Agent({ keepAlive: true, maxSockets: 60, ca: readFileSync(`${data}/tls/cert.pem`) })
const plain = new http.Agent({ keepAlive: true, maxSockets: 20 })
const took = []

function post(headers, body, to = { agent: tls, port, host: "localhost", path: "/kextwatch" }) {
  const began = performance.now()
  return new Promise(resolve => {
    const request = (to.agent === tls ? https : http).request(
      { ...to, method: "POST", timeout: 30_000, headers: { "content-type": "application/json", ...headers } },
      response => {
        response.resume()
        response.on("end", () => {
          if (response.statusCode === 204) took.push(performance.now() - began)
          resolve({ status: response.statusCode, retryAfter: response.headers["retry-after"] })
        })
        response.on("error", () => resolve({ status: 0 }))
      })
    request.on("timeout", () => request.destroy())
    request.on("error", () => resolve({ status: 0 }))
    request.end(body)
  })
}

function signed(id, body, secrets, moment = Math.floor(Date.now() / 1000)) {
  return {
    "webhook-id": id,
    "webhook-timestamp": String(moment),
    "webhook-signature": secrets.map(secret => new Webhook(secret).sign(id, new Date(moment * 1000), body)).join(" "),
  }
}

// ------------------------------------------------------------ the Macs

/** The recorded event as another Mac's, and as of now. */
function event(line, mac, change = told => told) {
  const text = line.replaceAll("C02XK0AAJG5H", mac.serial)
    .replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, at => new Date(Date.parse(at) + shift).toISOString())
  const told = JSON.parse(text)
  told.id = `evt_${randomUUID().replaceAll("-", "").slice(0, 26).toUpperCase()}`
  told.source = `urn:uuid:${mac.uuid}`
  if (told.streamid) told.streamid = mac.stream
  change(told)
  return { id: told.id, told, body: JSON.stringify(told), numbered: "sequence" in told }
}

const streams = [...new Set(recorded.map(line => JSON.parse(line).streamid).filter(Boolean))]
const [system, kernel] = streams.map(stream => recorded.filter(line => JSON.parse(line).streamid === stream))
const beat = recorded.find(line => JSON.parse(line).type.endsWith(".heartbeat"))
const FATES = ["at risk", "protected", "stopped", "silent", "gap"]

function mac(i) {
  const it = { i, serial: `TRY${String(i).padStart(9, "0")}`, uuid: randomUUID(), stream: randomBytes(4).toString("hex"),
    fate: FATES[i % FATES.length] }
  // Every seventh has a secret of its own; of the others every fourth still has the old one, or signs with both.
  it.secrets = i % 7 === 0 ? [newSecret()] : i % 4 === 0 ? [secretOf("fleet.previous")]
    : i % 4 === 1 ? [secretOf("fleet"), secretOf("fleet.previous")] : [secretOf("fleet")]
  if (i % 7 === 0) writeFileSync(`${data}/secrets/macs/${it.serial}`, it.secrets[0], { mode: 0o644 })
  // Version 0.1.0 tells no verdictSince, and no streamid in a heartbeat.
  const numbered = lines => lines.map(line => event(line, it, told => { if (i % 10 === 3) delete told.data.status.verdictSince }))
  const heartbeat = (before, last, seconds) => event(beat, it, told => {
    if (i % 2) told.streamid = it.stream
    told.data = { status: { ...before.told.data.status, observedAt: told.time }, lastSequence: last, intervalSeconds: seconds }
  })
  switch (it.fate) {
    case "at risk": it.events = numbered(kernel.slice(0, 4)); it.events.push(heartbeat(it.events[3], i % 2 ? 6 : 4, 900)); break
    case "protected": it.events = numbered(kernel.slice(0, 7)); break
    case "stopped": it.events = numbered(kernel); break
    case "silent": it.events = numbered(system.slice(0, 2)); it.events.push(heartbeat(it.events[1], 2, 1)); break
    default: {
      const all = numbered(kernel.slice(0, 5))
      const dropped = event(kernel[5], it, told => Object.assign(told, { type: "org.kextwatch.events.dropped",
        data: { fromSequence: 4, toSequence: 5, count: 2, reason: "evicted" } }))
      it.events = [all[0], all[1], all[3], dropped, event(kernel[6], it)] // 3 is lost, 5 was given up, 4 came after all
    }
  }
  // Retries that overtake each other: two neighbours change places, without a change of what is newest.
  if (i % 3 === 0) it.events.splice(0, 2, it.events[1], it.events[0])
  return it
}

const acknowledged = new Set()
const figures = { acknowledged: 0, "sent again and taken": 0, "forged and refused": 0, "503 with Retry-After": 0, "no answer": 0 }

async function deliver(it, one, to) {
  for (;;) {
    const { status, retryAfter } = await post(signed(one.id, one.body, it.secrets), one.body, to)
    if (status === 204) {
      acknowledged.add(one.id)
      figures.acknowledged++
      return
    }
    if (status !== 0 && !(status === 503 && retryAfter === "60")) {
      check(false, `${it.serial} was answered ${status}, Retry-After ${retryAfter}`)
      return
    }
    figures[status === 0 ? "no answer" : "503 with Retry-After"]++
    await pause(200) // a real Mac obeys Retry-After
  }
}

async function forged(it, one, to) {
  const now = Math.floor(Date.now() / 1000)
  const right = () => signed(one.id, one.body, it.secrets)
  const tries = [
    [signed(one.id, one.body, [newSecret()]), one.body],
    [right(), one.body.replace("at_risk", "protected") + " "],
    [{ ...right(), "webhook-id": "evt_OTHER" }, one.body],
    [signed(one.id, one.body, it.secrets, now - 310), one.body],
    [signed(one.id, one.body, it.secrets, now + 310), one.body],
    [{}, one.body],
  ]
  if (it.i % 7 === 0) tries.push([signed(one.id, one.body, [secretOf("fleet")]), one.body])
  const [headers, body] = tries[it.i % tries.length]
  const { status } = await post(headers, body, to)
  // While the database is away nothing can be verified.
  if (status === 401) figures["forged and refused"]++
  else check(status === 503 || status === 0, `a forgery was answered ${status}`)
}

async function live(it, to) {
  for (const [n, one] of it.events.entries()) {
    if (n === 1) await forged(it, one, to)
    await deliver(it, one, to)
    if ((it.i + n) % 3 === 0) {
      await deliver(it, one, to)
      figures["sent again and taken"]++
    }
  }
}

async function all(macs, to) {
  const waiting = [...macs]
  await Promise.all(Array.from({ length: 40 }, async () => {
    for (let it; (it = waiting.shift()); ) await live(it, to)
  }))
}

/** kill -9 of PostgreSQL and all its processes. */
function killDatabase() {
  const postmaster = readFileSync(`${data}/db/postmaster.pid`, "utf8").split("\n")[0]
  const children = execFileSync("ps", ["-o", "pid=", "--ppid", postmaster]).toString().trim().split(/\s+/)
  execFileSync("kill", ["-9", postmaster, ...children], { stdio: "ignore" })
}

// ------------------------------------------------------------ the pipeline

writeFileSync(`${data}/secrets/fleet.previous`, newSecret(), { mode: 0o644 })
const macs = Array.from({ length: MACS }, (_, i) => mac(i))
const planned = macs.reduce((sum, it) => sum + it.events.length, 0)
const began = performance.now()
const killer = (async () => {
  while (acknowledged.size < planned / 3 && flaws === 0) await pause(5)
  killDatabase()
})()
await all(macs)
await killer
const seconds = (performance.now() - began) / 1000
check(figures["503 with Retry-After"] > 0, "nobody met the database away")

const events = macs.flatMap(it => it.events.map(one => ({ it, one })))
const kept = events.filter(({ one }) => !one.told.type.endsWith(".heartbeat"))
const stored = sql("select id from event").map(row => row.id)
const storedOnce = new Set(stored)
figures["acknowledged and lost"] = kept.filter(({ one }) => acknowledged.has(one.id) && !storedOnce.has(one.id)).length
figures["stored twice"] = stored.length - storedOnce.size +
  sql("select 1 from event where number is not null group by mac, stream, number having count(*) > 1").length
check(figures["acknowledged and lost"] === 0, `${figures["acknowledged and lost"]} events were acknowledged and are lost`)
check(figures["stored twice"] === 0, `${figures["stored twice"]} events were stored twice`)
same(stored.sort(), kept.map(({ one }) => one.id).sort(), "stored events")

const of = fate => macs.filter(it => it.fate === fate)
const newest = it => it.events.filter(one => one.told.data.status).map(one => one.told.data.status)
  .reduce((a, b) => (Date.parse(a.observedAt) > Date.parse(b.observedAt) ? a : b))
await pause(3500)
const watch = it => it.fate === "silent" ? "silent" : it.fate === "stopped" ? "stopped" : it.fate === "at risk" ? "live" : "no heartbeat"
const atRisk = [...of("at risk"), ...of("silent")]
const since = it => Date.parse(newest(it).verdictSince ??
  it.events.find(one => one.told.data.status.verdict === "at_risk").told.data.status.observedAt)
function views(when) {
  same(sql("select mac, reason, extract(epoch from since)::float8 * 1000 since, advice, labels, watch from at_risk"),
    atRisk.map(it => ({ mac: it.serial, reason: newest(it).reason, since: since(it), advice: newest(it).advice,
      labels: newest(it).device.labels, watch: watch(it) })), `at_risk ${when}`)
  same(sql("select mac from silent"), of("silent").map(it => ({ mac: it.serial })), `silent ${when}`)
  same(sql("select mac, cause from stopped"), of("stopped").map(it => ({ mac: it.serial, cause: "signal" })), `stopped ${when}`)
  same(sql("select mac, first, last, missing, explanation from gaps"), [
    ...of("gap").flatMap(it => [
      { mac: it.serial, first: 3, last: 3, missing: 1, explanation: null },
      { mac: it.serial, first: 5, last: 5, missing: 1, explanation: "evicted" }]),
    ...of("at risk").filter(it => it.i % 2).map(it =>
      ({ mac: it.serial, first: 5, last: 6, missing: 2, explanation: "not here yet" }))], `gaps ${when}`)
  const how = Object.entries(Object.groupBy(macs, it => `${newest(it).verdict} ${newest(it).reason}`))
    .map(([key, some]) => ({ key, macs: some.length }))
  same(sql("select verdict || ' ' || reason as key, sum(macs) macs from reasons group by 1"), how, `reasons ${when}`)
  same(sql("select verdict || ' ' || reason as key, macs from reasons_over_time where day = (now() at time zone 'UTC')::date"), how,
    `reasons_over_time ${when}`)
}
views("as they arrived")
for (const it of macs.slice(0, 15)) {
  const order = one => [one.told.sequence ?? "~"]
  same(sql(`select nth, type, id from history where mac = '${it.serial}'`),
    it.events.filter(one => one.numbered).sort((a, b) => (order(a) < order(b) ? -1 : 1))
      .map((one, n) => ({ nth: n + 1, type: one.told.type, id: one.id })), `history of ${it.serial}`)
}

// ------------------------------------------------------------ other answers

const odd = { serial: "TRYODD", uuid: randomUUID(), stream: "0dd00000", secrets: [secretOf("fleet")] }
async function answers(status, id, body, what, headers = signed(id, body, odd.secrets)) {
  let got = 0
  for (let tries = 0; got === 0 && tries < 5; tries++) got = (await post(headers, body)).status // 0: no answer in time
  check(got === status, `${what} was answered ${got}, not ${status}`)
}
const test = event(kernel[0], odd, told => {
  told.type = "org.kextwatch.webhook.test"
  delete told.streamid
  delete told.sequence
})
await answers(204, test.id, test.body, "a test")
const future = event(kernel[0], odd, told => Object.assign(told, { type: "org.kextwatch.not.known.yet" }))
await answers(204, future.id, future.body, "a type that is not known")
const long = event(kernel[1], odd, told => { told.data.status.health.issues = Array(200).fill("x".repeat(240)) })
check(long.body.length > 48_000, "the long event is long")
await answers(204, long.id, long.body, "a long event")
const nul = event(kernel[2], odd, told => { told.text = 'a\u0000\u0000b\\u0000 "Jürgen’s 💻"' })
await answers(204, nul.id, nul.body, "an event with a NUL in it")
same(sql(`select body ->> 'text' as text from event where id = '${nul.id}'`), [{ text: 'a\ufffd\ufffdb\\u0000 "Jürgen’s 💻"' }], "NUL")
await answers(400, "evt_JUNK", "junk", "signed junk")
await answers(400, "evt_LIST", "[]", "a signed list")
await answers(400, "evt_ANOTHER", test.body, "a signed body with another id")
await answers(413, "evt_BIG", JSON.stringify({ text: "x".repeat(128 * 1024) }), "more than 128k")
await answers(415, "evt_FORM", "a=b", "a form", { "content-type": "application/x-www-form-urlencoded" })

const empty = event(kernel[0], { ...odd, serial: "TRYEMPTY" })
writeFileSync(`${data}/secrets/macs/TRYEMPTY`, "\n", { mode: 0o644 })
await answers(401, empty.id, empty.body, "the fleet's secret for a Mac whose own file is empty")
const moment = Math.floor(Date.now() / 1000)
const withNothing = createHmac("sha256", "").update(`${empty.id}.${moment}.${empty.body}`).digest("base64")
await answers(401, empty.id, empty.body, "a signature of an empty secret",
  { "webhook-id": empty.id, "webhook-timestamp": String(moment), "webhook-signature": `v1,${withNothing}` })
await answers(401, test.id, test.body, "a moment that is no number", { ...signed(test.id, test.body, odd.secrets), "webhook-timestamp": "now" })
const ahead = event(kernel[0], { ...odd, serial: "TRYAHEAD", stream: "a0000000" }, told => {
  told.time = told.data.status.observedAt = "2099-01-01T00:00:00Z"
})
const after = event(kernel[6], { ...odd, serial: "TRYAHEAD", stream: "b0000000" })
await answers(204, ahead.id, ahead.body, "an event of a clock that is ahead")
after.told.time = after.told.data.status.observedAt = new Date(Date.now() + 1).toISOString()
await answers(204, after.id, JSON.stringify(after.told), "the same Mac, its clock set")
same(sql("select stream, verdict from mac where mac = 'TRYAHEAD'"), [{ stream: "b0000000", verdict: "protected" }], "a clock that was ahead")

const [{ bytes }] = sql("select pg_total_relation_size('kextwatch.event') / greatest(count(*), 1) bytes from kextwatch.event")
owner("delete from kextwatch.mac where mac !~ '[0-9]$'; delete from kextwatch.stream where mac !~ '[0-9]$'; " +
  "delete from kextwatch.event where mac !~ '[0-9]$'; select kextwatch.tidy(0)")
check(sql("select 1 from event").length === MACS, "tidy keeps one event of each Mac")
views("after all events became too old")

const configuration = readFileSync(`${data}/nginx.conf`, "utf8")
writeFileSync(`${data}/nginx.conf`, configuration.replace(/rate=\d+r.s/, "rate=1r/m").replace(/burst=\d+/, "burst=10"))
process.kill(Number(readFileSync(`${data}/nginx.pid`, "utf8")), "SIGHUP")
for (let n = 0; n < 600 && (await post({}, "{}")).status !== 429; n++) await pause(100)
const flood = await Promise.all(Array.from({ length: 40 }, () => post({}, "{}")))
figures["429 with Retry-After"] = flood.filter(({ status, retryAfter }) => status === 429 && retryAfter === "60").length
check(figures["429 with Retry-After"] > 30 && flood.every(({ status }) => status === 429 || status === 401),
  `40 requests at one a minute were answered ${flood.map(({ status }) => status)}`)

// ------------------------------------------------------------ the receiver to copy

const pipelineTook = took.splice(0).sort((a, b) => a - b)
const pipelineFigures = { ...figures }
Object.keys(figures).forEach(key => (figures[key] = 0))
acknowledged.clear()
const direct = { agent: plain, port: receiverPort, host: "127.0.0.1", path: "/" }
writeFileSync(`${data}/two-secrets`, `${secretOf("fleet")}\n${secretOf("fleet.previous")}\n`)
const start = () => spawn(process.execPath, [receiver, `${data}/two-secrets`, `${data}/events.db`, receiverPort], { stdio: "inherit" })
let process_ = start()
const some = Array.from({ length: MACS }, (_, i) => mac(i)).filter(it => it.i % 7)
const sent = some.flatMap(it => it.events)
const receiverBegan = performance.now()
const receiverKiller = (async () => {
  while (acknowledged.size < sent.length / 3 && flaws === 0) await pause(5)
  process_.kill("SIGKILL")
  await pause(500)
  process_ = start()
})()
await all(some, direct)
await receiverKiller
const receiverSeconds = (performance.now() - receiverBegan) / 1000
check((await post(signed("evt_BIG", "x", odd.secrets), "x".repeat(128 * 1024 + 1), direct)).status === 413, "too big is 413")
process_.kill()
const rows = new DatabaseSync(`${data}/events.db`).prepare("select id, body from event").all()
same(rows.map(({ id, body }) => [id, body]), sent.map(({ id, body }) => [id, body]), "the receiver's events")
figures["acknowledged and lost"] = sent.filter(one => acknowledged.has(one.id) && !rows.some(({ id }) => id === one.id)).length
figures["stored twice"] = rows.length - new Set(rows.map(({ id }) => id)).size
check(figures["acknowledged and lost"] + figures["stored twice"] === 0, "the receiver lost or doubled")

// ------------------------------------------------------------ figures

function speed(times, over) {
  const at = part => `${times[Math.floor((times.length - 1) * part)].toFixed(0)} ms`
  return `${over.toFixed(1)} s, ${Math.round(times.length / over)} answers 204 a second, p50 ${at(0.5)}, p99 ${at(0.99)}`
}
console.log(`pipeline: ${MACS} Macs, ${kept.length} events, ${planned - kept.length} heartbeats, the database killed once: ` +
  `${speed(pipelineTook, seconds)}; ${bytes} bytes an event on disk, indexes included`)
console.log(pipelineFigures)
console.log(`receiver.mjs: ${some.length} Macs, ${sent.length} events and heartbeats, killed once: ` +
  speed(took.sort((a, b) => a - b), receiverSeconds))
console.log(figures)
console.log(flaws === 0 ? "All as it should be." : `${flaws} things were wrong.`)
process.exit(flaws === 0 ? 0 : 1)
