import type { PublicAddresses } from './public-addresses.ts'

interface Needs {
  readonly addresses: PublicAddresses
  /** Of the accounts. */
  readonly domain: string
  /** Whether browsers get a page. */
  readonly page?: boolean
  /** With a chat server: what the gateway is there. */
  readonly component?: { readonly jid: string; readonly host: string; readonly port: number } | undefined
}

/** What `sluice start` prints and `/` answers: where the gateway is, and the next things to try. */
export function welcome({ addresses, page = false, component, domain }: Needs): string {
  const intro = `Sluice is running at ${addresses.url}\n`
  return component
    ? `${intro}${attached(component, domain)}${curlSteps(2, addresses, domain)}`
    : `${intro}${standalone(addresses, domain, page)}${curlSteps(page ? 4 : 3, addresses, domain)}`
}

function attached({ host, jid, port }: NonNullable<Needs['component']>, domain: string): string {
  return `It is the media service ${jid}, a component of the chat server at ${host}:${port}.
Accounts, logins and messages are that server's; XMPP clients connect to it, and find ${jid} there.

Two things to try next:

1. Ask the media service what it is, from any XMPP client with an account at ${domain}:
     <iq type='get' id='1' to='${jid}'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>

`
}

function standalone(addresses: PublicAddresses, domain: string, page: boolean): string {
  const steps = [
    ...(page ? [`Open it in a browser: a chat, and a tour of two minutes:\n     ${addresses.url}/`] : []),
    'See a file sent, stopped and resumed between two people, with a crash in the middle:\n     npm run demo',
    `Make an account, for any XMPP client that speaks WebSocket; it asks for a password:
     npx sluice account add alice@${domain}`,
  ]
  return `XMPP clients connect to ${addresses.websocket}

${page ? 'Four' : 'Three'} things to try next, from the folder that it was started in:

${steps.map((step, index) => `${index + 1}. ${step}\n\n`).join('')}`
}

function curlSteps(number: number, addresses: PublicAddresses, domain: string): string {
  return `${number}. Upload a file of your own with curl; it answers the link to download it:
     FILE=PATH/TO/FILE TOKEN=$(npx sluice token alice@${domain})
     NAME=$(basename "$FILE" | tr -d '\\n' | base64 | tr -d '\\n')
     TYPE=$(file -b --mime-type "$FILE" | tr -d '\\n' | base64 | tr -d '\\n')
     curl ${addresses.url}/uploads -X POST -gT "$FILE" -H "Authorization: Bearer $TOKEN" \\
       -H "Tus-Resumable: 1.0.0" -H "Upload-Length: $(wc -c < "$FILE" | tr -d ' ')" \\
       -H "Upload-Metadata: filename $NAME,filetype $TYPE" \\
       -H "Content-Type: application/offset+octet-stream"
`
}
