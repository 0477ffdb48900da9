import { element, NS } from '@sluice/protocol'
import type { Messaging } from '../../src/messaging/create-messaging.ts'
import type { Session } from '../../src/messaging/sessions.ts'

/** A device that a test plays. */
export class ScriptedSession implements Session {
  readonly full: string
  readonly bare: string
  readonly received: string[] = []
  endedBy: string | undefined
  /** Answers to `confirm`, by the test; true when it has none to say. */
  confirms: () => Promise<boolean> = async () => true
  reads = true

  constructor(full: string) {
    this.full = full
    this.bare = full.split('/', 1)[0] ?? ''
  }

  /** Connects; without a priority it sends no presence. */
  static join(messaging: Messaging, full: string, priority?: number): ScriptedSession {
    const session = new ScriptedSession(full)
    messaging.sessions.add(session)
    if (priority !== undefined) session.say(messaging, priority)
    return session
  }

  say(messaging: Messaging, priority: number): void {
    const attrs = { xmlns: NS.client, from: this.full }
    void messaging.updatePresence.run(
      this,
      element('presence', attrs, element('priority', {}, String(priority))),
    )
  }

  deliver(frame: string): boolean {
    if (this.reads) this.received.push(frame)
    return this.reads
  }

  confirm(): Promise<boolean> {
    return this.confirms()
  }

  end(reason: string): void {
    this.endedBy = reason
  }

  /** Bodies of the messages received, in order. */
  get bodies(): string[] {
    return this.received.flatMap((frame) => /<body[^>]*>([^<]*)<\/body>/.exec(frame)?.[1] ?? [])
  }
}
