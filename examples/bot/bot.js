// A bot that gives back what it gets: texts as an answer, files as files.
// node examples/bot/bot.js [server] [name] [password] [folder]
import { unlink } from 'node:fs/promises'
import { createClient, folderStore, TransferError } from '@sluice/client'

const [
  serverUrl = 'http://127.0.0.1:8400',
  username = 'echo',
  password = 'echo-secret',
  folder = '.echo-bot',
] = process.argv.slice(2)

// What a crash interrupts goes on with the next start.
const client = createClient({ serverUrl, store: folderStore(folder), resumeOnConnect: true })

/** @param {import('@sluice/client').Message} message */
async function answer(message) {
  const { chatType, fromUserJid: from, msgId, msgBody, metaData } = message
  // Not its own from elsewhere, no rooms, and no other bot: two of them would never stop.
  if (from === client.jid || chatType === 'groupchat' || metaData.bot) return
  if (message.markable) await client.messages.markDisplayed({ with: from, id: msgId })
  if (msgBody.media) return giveBack(message)
  client.messages.typing({ to: from, state: 'composing' })
  const text = `You said: ${msgBody.message}`
  await client.messages.send({ to: from, text, replyTo: msgId, metadata: { bot: true } })
}

/** @param {import('@sluice/client').Message} message */
async function giveBack({ fromUserJid, msgId, msgBody }) {
  const { media, message_type } = msgBody
  const { path } = await client.media.download(msgId).done
  if (!path || !media) return
  const sending = client.media.send({
    to: fromUserJid,
    file: path,
    fileName: media.fileName,
    kind: message_type === 'text' ? 'file' : message_type,
    caption: media.caption,
    replyTo: msgId,
    metadata: { bot: true },
  })
  await sending.done
  await unlink(path)
  console.log(`gave ${media.fileName} back to ${fromUserJid}`)
}

client.on('message', (message) =>
  answer(message).catch((error) => console.error(`no answer to ${message.msgId}: ${error.message}`)),
)
// Whoever asks may see whether it is there.
client.on('contacts', (contacts) => {
  for (const { jid, asking } of contacts) if (asking) client.contacts.accept(jid).catch(console.error)
})

await client.register({ username, password }).catch((error) => {
  // 409: it has its account already; 403: the server's operator makes them.
  const isExpected = error instanceof TransferError && [403, 409].includes(error.statusCode)
  if (!isExpected) throw error
})
await client.connect({ username, password })
console.log(`${client.jid} is there`)
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void client.close())
