/** Namespaces of the stream and of the standards that the standalone server answers. */
export const XMPP = {
  framing: 'urn:ietf:params:xml:ns:xmpp-framing',
  streams: 'http://etherx.jabber.org/streams',
  component: 'jabber:component:accept',
  streamErrors: 'urn:ietf:params:xml:ns:xmpp-streams',
  sasl: 'urn:ietf:params:xml:ns:xmpp-sasl',
  bind: 'urn:ietf:params:xml:ns:xmpp-bind',
  session: 'urn:ietf:params:xml:ns:xmpp-session',
  ping: 'urn:xmpp:ping',
  register: 'jabber:iq:register',
  registerFeature: 'http://jabber.org/features/iq-register',
  vcard: 'vcard-temp',
  pubsub: 'http://jabber.org/protocol/pubsub',
  privateStorage: 'jabber:iq:private',
  offlineFeature: 'msgoffline',
} as const
