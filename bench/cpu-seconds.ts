import { readFile } from 'node:fs/promises'

const TICKS_PER_SECOND = 100 // USER_HZ, the same on every Linux that Node runs on

/** CPU time, user and system, that the process has used so far. NaN where there is no /proc: on anything but Linux. */
export async function cpuSeconds(pid: number): Promise<number> {
  if (process.platform !== 'linux') return Number.NaN
  const text = await readFile(`/proc/${pid}/stat`, 'utf8')
  // proc(5): the name in parentheses may hold spaces; utime and stime are fields 14 and 15.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
