"""A foreign client: `slixmpp-client.py PORT JID PASSWORD upload FILE TO` or `... receive`.

Prints `online`, then the URL that it uploaded to and sent, or the message that it received, as XML.
"""

import asyncio
import ssl
import sys

import slixmpp

port, jid, password, action, *rest = sys.argv[1:]


class ForeignClient(slixmpp.ClientXMPP):
    def __init__(self):
        super().__init__(jid, password)
        # The stack's certificate is its own.
        self.ssl_context.check_hostname = False
        self.ssl_context.verify_mode = ssl.CERT_NONE
        self.done = asyncio.get_event_loop().create_future()
        for plugin in ("xep_0030", "xep_0066", "xep_0363"):
            self.register_plugin(plugin)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("message", self.received)
        self.add_event_handler("failed_auth", lambda _: self.fail("not let in"))

    async def started(self, _):
        self.send_presence()
        print("online", flush=True)
        if action != "upload":
            return
        file, to = rest
        try:
            await self.find_upload_service()
            url = await self["xep_0363"].upload_file(file)
        except Exception as error:  # whatever it was, the test shows it
            self.fail(repr(error))
            return
        message = self.make_message(mto=to, mbody=url, mtype="chat")
        message["oob"]["url"] = url
        message.send()
        self.done.set_result(url)

    async def find_upload_service(self):
        # The plugin would do this itself, but as of 1.8.3 in a way that Python 3.11 forbids.
        disco = self["xep_0030"]
        items = await disco.get_items(jid=self.boundjid.domain)
        for service, *_ in items["disco_items"]["items"]:
            info = await disco.get_info(jid=service)
            if "urn:xmpp:http:upload:0" in info["disco_info"]["features"]:
                self["xep_0363"].upload_service = info["from"]

    def received(self, message):
        if action == "receive" and message["body"] and not self.done.done():
            self.done.set_result(str(message))

    def fail(self, why):
        if not self.done.done():
            self.done.set_exception(SystemExit(why))


client = ForeignClient()
client.connect(("127.0.0.1", int(port)))
print(client.loop.run_until_complete(asyncio.wait_for(client.done, 60)), flush=True)
client.disconnect()
client.loop.run_until_complete(client.disconnected)
