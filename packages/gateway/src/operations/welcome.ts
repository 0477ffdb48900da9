import type { PublicAddresses } from './public-addresses.ts'

/** What `sluice start` prints and `/` answers: where the gateway is, and the next things to try. */
export function welcome({ addresses, domain }: { addresses: PublicAddresses; domain: string }): string {
  return `Sluice is running at ${addresses.url}
XMPP clients connect to ${addresses.websocket}

Three things to try next, from the folder that it was started in:

1. See a file sent, stopped and resumed between two people, with a crash in the middle:
     npm run demo

2. Make an account, for any XMPP client that speaks WebSocket; it asks for a password:
     npx sluice account add alice@${domain}

3. Upload a file of your own with curl; it answers the link to download it:
     FILE=PATH/TO/FILE TOKEN=$(npx sluice token alice@${domain})
     NAME=$(basename "$FILE" | tr -d '\\n' | base64 | tr -d '\\n')
     TYPE=$(file -b --mime-type "$FILE" | tr -d '\\n' | base64 | tr -d '\\n')
     curl ${addresses.url}/uploads -X POST -gT "$FILE" -H "Authorization: Bearer $TOKEN" \\
       -H "Tus-Resumable: 1.0.0" -H "Upload-Length: $(wc -c < "$FILE" | tr -d ' ')" \\
       -H "Upload-Metadata: filename $NAME,filetype $TYPE" \\
       -H "Content-Type: application/offset+octet-stream"
`
}
