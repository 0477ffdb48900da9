// PGlite computes on the thread that calls it (a scan of 200,000 rows: 38 ms), so it has one of its own.
// JavaScript, not TypeScript: a worker thread starts without the loader that tests and demos run our source with.
import { parentPort, workerData } from 'node:worker_threads'
import { PGlite, types } from '@electric-sql/pglite'

/**
 * @import { MessagePort } from 'node:worker_threads'
 * @import { PgliteReply, PgliteRequest, PgliteWorkerData } from './pglite-messages.ts'
 */

if (!parentPort) throw new Error('pglite-worker runs as a worker thread')
await serve(parentPort, workerData)

/**
 * @param {MessagePort} port
 * @param {PgliteWorkerData} data
 */
async function serve(port, { dataDir }) {
  const database = await PGlite.create({
    dataDir: dataDir ?? 'memory://',
    parsers: { [types.INT8]: safeInteger },
  })
  /** @type {(reply: PgliteReply) => void} */
  const reply = (message) => port.postMessage(message)
  port.on('message', (request) => {
    answer(database, request).then(reply, (error) => reply(failure(request.id, error)))
  })
  reply({ type: 'ready' })
}

/**
 * @param {PGlite} database
 * @param {PgliteRequest} request
 * @returns {Promise<PgliteReply>}
 */
async function answer(database, request) {
  const { id } = request
  if (request.type === 'close') {
    await database.close()
    return { type: 'closed', id }
  }
  const { rows, affectedRows } = await database.query(request.text, [...request.values])
  const found = /** @type {object[]} */ (rows)
  return { type: 'rows', id, rows: found, rowCount: found.length > 0 ? found.length : (affectedRows ?? 0) }
}

/**
 * @param {number} id
 * @param {{ message?: string, code?: string, constraint?: string }} error
 * @returns {PgliteReply}
 */
function failure(id, { message, code, constraint }) {
  return { type: 'failure', id, message: message ?? 'unknown', sqlState: code, constraint }
}

/**
 * As safe-integer.ts, which cannot be imported here.
 * @param {string} text
 */
function safeInteger(text) {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw Object.assign(new RangeError(`${text} is no safe integer`), { code: '22003' })
}
