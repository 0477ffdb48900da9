import { Unreachable } from './unreachable.ts'

/** A part of the SDK that is fetched when it is needed. Rejects with Unreachable when it cannot be. */
export async function loadPart<T>(part: Promise<T>): Promise<T> {
  try {
    return await part
  } catch (cause) {
    throw new Unreachable('A part of the SDK cannot be loaded', { cause })
  }
}
