import { type Chain, createSDK, type InitializeOptions, indexedDbStore } from '@sluice/client'
import { observedStore } from '../observed-store.ts'
import { crossed, type News, type Order } from './crossing.ts'
import { changeByte, fileHandle, removeFile } from './page-files.ts'

const MIB = 1024 ** 2

declare const tell: (news: News) => Promise<void>

// Room for a copy of 6 MiB: what is larger is remembered by its handle, and so can be changed and go, as on a disk.
const estimate = async () => ({ quota: 12 * MIB, usage: 0 })
Object.defineProperty(navigator.storage, 'estimate', { value: estimate })

const sdk = createSDK()
const { store, held } = observedStore(indexedDbStore())
const running = new Map<number, Chain<unknown>>()
const files = new Map<string, { file: File; handle: FileSystemFileHandle }>()
const blobs: Blob[] = []

const driver = {
  held,
  changeByte,
  removeFile,

  /** Makes the files ready that the next batch has in it. */
  async fetchFiles(wanted: readonly { $file: string; name: string }[]): Promise<void> {
    for (const { $file: key, name } of wanted) {
      const handle = await fileHandle(key, name)
      files.set(key, { handle, file: await handle.getFile() })
    }
  },

  obey(orders: readonly Order[]): void {
    for (const order of orders) {
      if ('call' in order) call(order.call, order.id, order.args.map(received))
      else attach(order.attach, order.id, received(order.listener))
    }
  },

  async sha256(blob: number): Promise<string> {
    const bytes = await blobs[blob]?.arrayBuffer()
    if (!bytes) throw new Error('There is no such blob')
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
    return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('')
  },
}

export type Driver = typeof driver

Object.assign(globalThis, { driver })

function call(name: string, id: number, args: unknown[]): void {
  const method = sdk[name as keyof typeof sdk] as (...args: unknown[]) => Chain<unknown>
  if (name === 'initializeSDK') args = [{ ...(args[0] as InitializeOptions), store }]
  const chain = method(...args)
  running.set(id, chain)
  void chain.then((value) => tell({ result: id, value: sent(value) }))
}

function attach(word: string, id: number, listener: unknown): void {
  const chain = running.get(id) as unknown as Record<string, (listener: unknown) => void>
  chain[word]?.(listener)
}

function received(value: unknown): unknown {
  return crossed(value, (part) => {
    if (typeof part !== 'object' || part === null) return undefined
    if ('$function' in part) {
      const listener = Number(part.$function)
      return (given: unknown) => tell({ listener, value: sent(given) })
    }
    // What takes a file takes its handle beside it.
    if ('file' in part) return { ...part, ...givenFile(part.file) }
    return undefined
  })
}

function givenFile(file: unknown): object {
  const key = (file as { $file?: string } | undefined)?.$file
  return key === undefined ? { file } : (files.get(key) ?? {})
}

function sent(value: unknown): unknown {
  return crossed(value, (part) => {
    if (part instanceof Blob) {
      if (!blobs.includes(part)) blobs.push(part)
      return { $blob: blobs.indexOf(part) }
    }
    if (part instanceof Error) return { $error: part.message }
    return undefined
  })
}
