import type { ClientCore } from './client-core.ts'
import { badParameter, jidParameter } from './parameters.ts'
import type { JoinedRoom } from './rooms/rooms.ts'
import { asTransferError } from './transfers/upload-failure.ts'

const JOINING_MS = 60_000

export interface JoinRoomOptions {
  /** JID of the room. */
  readonly room: string
  /** The account's name by default; when somebody has it, another one is taken: `<nick>-2` and so on. */
  readonly nick?: string | undefined
  readonly password?: string | undefined
}

/** Rooms (XEP-0045). Everything rejects with TransferError; 401 while not logged in. */
export interface ClientRooms {
  /**
   * Enters a room, so that its messages come, and enters it again after each lost connection, until it is left or the
   * session ends. A room that is not there is made. Idempotent.
   */
  join(options: JoinRoomOptions): Promise<JoinedRoom>
  /** Idempotent. */
  leave(room: string): Promise<void>
  list(): JoinedRoom[]
}

/** The typed face on rooms. */
export function roomsOf(core: ClientCore): ClientRooms {
  return {
    async join({ room, nick, password }) {
      const { rooms } = core.account
      if (nick === '') throw badParameter('nick')
      try {
        const signal = AbortSignal.timeout(JOINING_MS)
        return await rooms.join(jidParameter(room, 'room'), { nick, password, signal })
      } catch (error) {
        throw asTransferError(error)
      }
    },
    async leave(room) {
      await core.account.rooms.leave(jidParameter(room, 'room'))
    },
    list: () => core.account.rooms.list(),
  }
}
