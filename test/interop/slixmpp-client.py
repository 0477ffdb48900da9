"""An unmodified slixmpp over plain TCP and STARTTLS, told by its arguments what to do; speaks JSON lines on stdout.

  slixmpp-client.py HOST PORT JID PASSWORD upload FILE TO   uploads by its own xep_0363 plugin and sends the link
  slixmpp-client.py HOST PORT JID PASSWORD receive          prints each message with a body that comes
"""

import json
import sys
from xml.etree import ElementTree

from slixmpp import ClientXMPP


def say(**event):
    print(json.dumps(event), flush=True)


class Client(ClientXMPP):
    def __init__(self, jid, password, command):
        super().__init__(jid, password)
        self.command = command
        for plugin in ("xep_0030", "xep_0066", "xep_0363"):
            self.register_plugin(plugin)
        self.add_event_handler("session_start", self.begin)
        self.add_event_handler("message", self.show)
        self.add_event_handler("failed_all_auth", lambda _: say(event="refused"))

    async def begin(self, _):
        self.send_presence()
        await self.get_roster()
        if self.command[0] == "receive":
            say(event="online")
            return
        _, path, to = self.command
        try:
            self["xep_0363"].upload_service = await self.find_upload_service()
            url = await self["xep_0363"].upload_file(path, timeout=60)
            message = self.make_message(mto=to, mbody=url, mtype="chat")
            message["oob"]["url"] = url
            message.send()
            say(event="sent", url=url, id=message["id"])
        except Exception as error:  # whatever it is, the test is to see it
            say(event="failed", error=repr(error))
        self.disconnect()

    async def find_upload_service(self):
        # slixmpp 1.8's own search hands coroutines to asyncio.wait, which Python 3.11 refuses.
        disco = self["xep_0030"]
        items = await disco.get_items(jid=self.boundjid.domain)
        for jid, _, _ in items["disco_items"]["items"]:
            info = await disco.get_info(jid=jid)
            if "urn:xmpp:http:upload:0" in info["disco_info"]["features"]:
                return jid
        raise LookupError("no upload service")

    def show(self, message):
        if message["body"]:
            say(
                event="message",
                id=message["id"],
                body=message["body"],
                oob=message["oob"]["url"],
                xml=ElementTree.tostring(message.xml, encoding="unicode"),
            )


host, port, jid, password, *command = sys.argv[1:]
client = Client(jid, password, command)
client.connect((host, int(port)))
client.process(forever=command[0] == "receive")
