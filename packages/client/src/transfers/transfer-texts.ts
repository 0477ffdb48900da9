/** The texts that the manual and its table fix, for uploads and downloads. X is the message id. */
export interface TransferTexts {
  readonly cancelled: string
  readonly alreadyCompleted: string
  readonly alreadyFailed: string
  readonly notFound: string
  readonly completed: string
  readonly gone: string
  readonly hashMismatch: string
}

export function uploadTexts(
  id: string,
): TransferTexts & { expired: string; changed: string; needed: string } {
  const upload = `Media upload for message-id ${id}`
  return {
    ...textsOf(upload),
    cancelled: `${upload} is cancelled`,
    gone: `${upload} is discarded`,
    expired: `${upload} has expired`,
    needed: `The file for message-id ${id} is needed again`,
    changed: `The file for message-id ${id} has changed`,
  }
}

export function downloadTexts(id: string): TransferTexts {
  const download = `Media download for message-id ${id}`
  return {
    ...textsOf(download),
    // The manual has a dot here, and here alone.
    cancelled: `${download} is cancelled.`,
    gone: `Media for message-id ${id} is no longer available`,
  }
}

function textsOf(subject: string) {
  return {
    alreadyCompleted: `${subject} is already completed`,
    alreadyFailed: `${subject} has already failed`,
    notFound: `${subject} is not found`,
    completed: `${subject} is completed`,
    hashMismatch: `${subject} does not match its hash`,
  }
}
