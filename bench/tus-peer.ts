import { FileStore } from '@tus/file-store'
import { Server } from '@tus/server'

// The peer of the benchmark: @tus/server with its file store, in a process of its own. argv: port, folder.
const [port, folder] = process.argv.slice(2)
new Server({ path: '/uploads', datastore: new FileStore({ directory: String(folder) }) }).listen(
  { port: Number(port), host: '127.0.0.1' },
  () => console.log('listening'),
)
