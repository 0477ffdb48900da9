const { SDK } = globalThis.Sluice
const $ = (id) => document.getElementById(id)
let current

/** Asked by the SDK for each connection that it opens. What it throws with is what `connect` says. */
async function tokenProvider() {
  const response = await fetch('token', { method: 'POST' })
  const { token, error } = await response.json()
  if (!response.ok) throw new Error(error)
  return token
}

async function start() {
  const { serverUrl, user } = await (await fetch('settings')).json()
  if (!user) {
    $('login').hidden = false
    return say('Please log in')
  }
  await SDK.initializeSDK({ serverUrl, tokenProvider, callbackListeners: { messageListener: show } })
  const { statusCode, message } = await SDK.connect()
  say(message)
  $('chat').hidden = statusCode !== 200
  $('login').hidden = statusCode === 200
}

$('login').onsubmit = async (event) => {
  event.preventDefault()
  const { name, password } = event.target.elements
  const response = await fetch('login', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: name.value, password: password.value }),
  })
  if (!response.ok) return say((await response.json()).error)
  event.target.reset()
  await start()
}

$('logout').onclick = async () => {
  await SDK.logout()
  await fetch('logout', { method: 'POST' })
  location.reload()
}

$('send').onsubmit = (event) => {
  event.preventDefault()
  const { to, file } = event.target.elements
  const sending = SDK.sendMediaFileMessage({
    toJid: to.value,
    messageType: 'file',
    fileMessageParams: { file: file.files[0] },
  })
  watch(
    sending.onPending((id) => {
      current = id
    }),
  )
}
$('stop').onclick = async () => say((await SDK.cancelMediaUpload(current)).message)
$('go-on').onclick = () => watch(SDK.resumeMediaUpload(current))

function watch(run) {
  $('stop').disabled = false
  $('go-on').disabled = false
  run
    .onProgress(({ committed, total }) => {
      $('bar').value = committed / total
    })
    .onSuccess(() => say('Sent'))
    .onError(({ message }) => say(message))
}

function show({ fromUserJid, msgBody: { message, media } }) {
  const item = document.createElement('li')
  item.textContent = `${fromUserJid}: ${media ? media.fileName : message}`
  $('messages').append(item)
}

function say(text) {
  $('status').textContent = text
}

await start()
