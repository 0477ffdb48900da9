import { useState } from 'preact/hooks'

/** Something asked of the server: whether it is on its way, and why it did not work. */
export function useAsked(tell: (error: Error) => string = ({ message }) => message) {
  const [isBusy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  /** Resolves to whether it worked. Never rejects. */
  const ask = async (work: () => Promise<unknown>): Promise<boolean> => {
    setBusy(true)
    setFailure(undefined)
    try {
      await work()
      return true
    } catch (error) {
      setFailure(tell(error as Error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { isBusy, failure, ask }
}
