/** The WebSocket of the platform: the browser's own, or `ws` where Node has none (before 22). */
export type WebSocketClass = new (url: string, protocols: string[]) => unknown
