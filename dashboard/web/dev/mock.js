// A stand-in for the server: a made-up association's wall with deltas, and the built app.
//
//   node dev/mock.js [--port 8481] [--scene busy|calm|empty|trouble|external] [--hush 5] [--no-socket]
//
// --hush stops talking after so many seconds, to see the wall go stale. --no-socket refuses
// the WebSocket, to see it poll. --port 0 takes any free port. For development run it beside
// "npm run dev", which expects it at 8481.
import { createReadStream, existsSync } from 'node:fs'
import { createServer } from 'node:http'
import { extname, join, normalize } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { WebSocketServer } from 'ws'
import { Scene } from './scene.js'

const { values: flags } = parseArgs({
  options: {
    port: { type: 'string', default: '8481' },
    scene: { type: 'string', default: 'busy' },
    hush: { type: 'string' },
    'no-socket': { type: 'boolean', default: false },
  },
})
const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const epoch = Math.random().toString(36).slice(2, 10)
const beatMS = 2000
const ring = [] // the latest deltas
let seq = 100
const scene = new Scene(flags.scene)
const hushed = () => flags.hush !== undefined && process.uptime() > Number(flags.hush)

const snapshot = () => ({ type: 'snapshot', epoch, seq, now: Date.now(), wall: scene.wall(Date.now()) })

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'"

const server = createServer((request, response) => {
  const url = new URL(request.url, 'http://localhost')
  const path = url.pathname
  if (path === '/api/v1/wall') {
    if (hushed()) return request.socket.destroy()
    response.setHeader('content-type', 'application/json')
    return response.end(JSON.stringify(snapshot()))
  }
  if (path.startsWith('/api/')) {
    const parts = []
    request.on('data', (x) => parts.push(x))
    request.on('end', () => {
      const token = (request.headers.authorization ?? '').replace('Bearer ', '')
      const [status, value, head] = scene.desk.answer(request.method, path, url.searchParams, Buffer.concat(parts).toString(), token, scene.sites, Date.now(), request.headers['accept-language']) ?? [404, {}]
      response.writeHead(status, { 'content-type': status === 200 ? 'application/json' : 'application/problem+json', ...head }).end(typeof value === 'string' ? value : JSON.stringify(value))
    })
    return
  }
  const file = join(dist, normalize(path === '/' ? '/index.html' : path))
  if (!file.startsWith(dist) || !existsSync(file)) return response.writeHead(404).end()
  response.setHeader('content-type', types[extname(file)] ?? 'application/octet-stream')
  response.setHeader('content-security-policy', policy)
  createReadStream(file).pipe(response)
})

const sockets = new WebSocketServer({ noServer: true })
server.on('upgrade', (request, socket, head) => {
  const url = new URL(request.url, 'http://localhost')
  if (url.pathname !== '/api/v1/live' || flags['no-socket'] || hushed()) return socket.destroy()
  sockets.handleUpgrade(request, socket, head, (ws) => {
    const from = Number(url.searchParams.get('seq'))
    const missed = ring.filter((m) => m.seq > from)
    const resumes = url.searchParams.get('epoch') === epoch && (from === seq || missed[0]?.seq === from + 1)
    ws.send(JSON.stringify({ type: 'hello', epoch, seq, now: Date.now(), beat_ms: beatMS }))
    for (const m of resumes ? missed : [snapshot()]) ws.send(JSON.stringify(m))
  })
})

function tell(m) {
  if (hushed()) return
  for (const ws of sockets.clients) ws.send(JSON.stringify(m))
}
setInterval(() => tell({ type: 'beat', seq, now: Date.now(), monitor: scene.monitor(Date.now()) }), beatMS)
setInterval(() => {
  const now = Date.now()
  const delta = scene.step(now)
  if (!delta) return
  const m = { type: 'delta', seq: ++seq, now, ...delta }
  ring.push(m)
  ring.splice(0, ring.length - 500)
  tell(m)
}, 1000)

server.listen(Number(flags.port), '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}/`))
