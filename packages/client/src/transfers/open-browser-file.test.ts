import { expect } from 'chai'
import { type FileHandle, FileMissing } from './file-source.ts'
import { openBrowserFile } from './open-browser-file.ts'

/** A handle as the browser gives it back after a reload: a person has to allow it again. */
function handle(answer: PermissionState | Error): FileHandle {
  let allowed = false
  return {
    kind: 'file',
    name: 'a.txt',
    async getFile() {
      if (!allowed) throw new DOMException('not allowed', 'NotAllowedError')
      return new File(['hello'], 'a.txt', { type: 'text/plain' })
    },
    async requestPermission() {
      if (answer instanceof Error) throw answer
      allowed = answer === 'granted'
      return answer
    },
  }
}

describe('a file handle', () => {
  it('is opened when a person allows it again, and is found by later runs', async () => {
    const given = handle('granted')
    expect(await openBrowserFile(given)).to.include({ name: 'a.txt', size: 5, handle: given })
  })

  it('is as good as gone when a person does not, or cannot be asked without a gesture', async () => {
    for (const answer of ['denied', 'prompt', new DOMException('no gesture', 'SecurityError')] as const) {
      const failure = await openBrowserFile(handle(answer)).catch((error) => error)
      expect(failure).to.be.instanceOf(FileMissing)
    }
  })
})
