import { foreignMessages, foreignUploads } from '../interop/foreign.ts'
import { describeManual } from '../manual/suite.ts'
import type { Profile } from './compose-stack.ts'
import { type ContainerStage, openContainerStage } from './container-stage.ts'
import { describeCrashes } from './crash-suite.ts'
import { requireDocker } from './require-docker.ts'

const MINUTE_MS = 60_000

/**
 * The crashes, and what `more` adds, on one profile of docker/compose.yaml. The stack is up once for all of it: the
 * first run on a machine makes the base images.
 */
export function describeContainers(profile: Profile, more?: (opened: () => ContainerStage) => void): void {
  describe(`the stack in containers, profile ${profile}`, () => {
    let opened: ContainerStage

    before(async function () {
      this.timeout(20 * MINUTE_MS)
      requireDocker(this)
      opened = await openContainerStage(profile)
    })
    after(async function () {
      this.timeout(MINUTE_MS)
      await opened?.stage.close()
    })

    describe('a part of it that is killed', function () {
      this.timeout(3 * MINUTE_MS)
      describeCrashes(() => opened)
    })
    more?.(() => opened)
  })
}

/** Also foreign clients and the manual's suite. */
export function describeChatServer(profile: 'prosody' | 'ejabberd'): void {
  describeContainers(profile, (opened) => {
    const play = () => ({ stage: opened().stage, server: opened().stack })
    foreignMessages(play)
    foreignUploads(play)
    // Behind the foreign clients: it makes itself a new certificate.
    describe('the chat server', () => {
      it('keeps an account that was made just before the chat server was started again', async function () {
        this.timeout(2 * MINUTE_MS)
        const { chat, stack, stage } = opened()
        const account = await stage.account()
        await stack.compose(['restart', profile])
        await stack.ready()
        const user = await chat.login(account)
        await user.close()
      })
    })
    describeManual(`profile ${profile} of docker/compose.yaml`, async () => opened().stage)
  })
}
