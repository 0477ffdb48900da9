import type { XmlElement } from '@sluice/protocol'

/** An iq of type get or set, checked for its form (RFC 6120 §8.2.3). */
export interface IqRequest {
  readonly type: 'get' | 'set'
  /** The one child. */
  readonly payload: XmlElement
  /** The device that asks, as the server stamped it. */
  readonly from: { readonly full: string; readonly bare: string }
}

/** Gives the payload of the result, if it has one; throws Refusal or StanzaFailure. */
export type IqHandler = (request: IqRequest) => XmlElement | undefined | Promise<XmlElement | undefined>
