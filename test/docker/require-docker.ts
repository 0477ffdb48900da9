import type { Skippable } from '../stack/backends.ts'

/** Skips the suite where there is no Docker engine, or fails where SLUICE_TEST_REQUIRE is `all`. */
export function requireDocker(context: Skippable): void {
  if (process.env.SLUICE_TEST_DOCKER_HOST) return
  if (process.env.SLUICE_TEST_REQUIRE === 'all')
    throw new Error('Docker is required, but SLUICE_TEST_DOCKER_HOST is not set')
  context.skip()
}
