// `health-check.js readyz|healthz`: exits with 0 when the gateway in this container answers 200.
const [, , page = 'readyz'] = process.argv
const port = process.env.SLUICE_PORT ?? '8400'
try {
  const answer = await fetch(`http://127.0.0.1:${port}/${page}`, { signal: AbortSignal.timeout(7_000) })
  console.log(`${answer.status} ${await answer.text()}`)
  process.exitCode = answer.ok ? 0 : 1
} catch (error) {
  console.log(String(error))
  process.exitCode = 1
}
