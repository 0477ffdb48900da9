import { expect } from 'chai'
import type { Page } from 'playwright-core'
import { ChatStage } from './chat-stage.ts'
import { ChatUser, PASSWORD } from './chat-user.ts'

describe('the chat of the page, reached otherwise', function () {
  this.timeout(120_000)
  let stage: ChatStage
  let bob: ChatUser

  before(async function () {
    stage = await ChatStage.open(this)
    bob = await ChatUser.registered(stage.browser, stage.url, 'bob')
  })
  after(async () => {
    await bob?.close()
    await stage?.close()
  })

  it('is used by the keyboard alone', async () => {
    const { page } = await ChatUser.open(stage.browser, stage.url)
    const { keyboard } = page
    await page.getByLabel('Name').waitFor()
    await tabTo(page, 'Create an account')
    await keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Create an account' }).waitFor()
    await tabTo(page, 'Name', 'Shift+Tab')
    await keyboard.type('alice')
    await keyboard.press('Tab')
    await keyboard.type(PASSWORD)
    await keyboard.press('Enter')
    await page.getByRole('button', { name: 'New conversation' }).waitFor()

    await tabTo(page, 'New conversation')
    await keyboard.press('Enter')
    await focusIs(page, 'Name or address')
    await keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await focusIs(page, 'New conversation')
    await keyboard.press('Enter')
    await focusIs(page, 'Name or address')
    await keyboard.type('bob')
    await keyboard.press('Enter')
    await bob.accept('alice')

    await focusIs(page, 'Message to bob')
    await keyboard.type('first line')
    await keyboard.press('Shift+Enter')
    await keyboard.type('second line')
    await keyboard.press('Enter')
    await bob.message('first line\nsecond line').waitFor()
    await bob.say('answer me')
    await page.locator('.message', { hasText: 'answer me' }).waitFor()

    await tabTo(page, /^bob, /, 'Shift+Tab')
    await keyboard.press('ArrowUp')
    await focusIs(page, /^You, /)
    await keyboard.press('End')
    await focusIs(page, /^bob, /)
    await tabTo(page, 'Reply to bob')
    await keyboard.press('Enter')
    await focusIs(page, 'Message to bob')
    await page.getByText('Reply to bob').waitFor()
    await keyboard.press('Escape')
    await page.getByText('Reply to bob').waitFor({ state: 'detached' })

    await tabTo(page, 'Details of bob', 'Shift+Tab')
    await keyboard.press('Enter')
    await page.getByRole('dialog', { name: 'bob' }).waitFor()
    await keyboard.press('Escape')
    await focusIs(page, 'Details of bob')
    await tabTo(page, 'Log out', 'Shift+Tab')
    await keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Log in' }).waitFor()
    await page.context().close()
  })

  it('opens a dialog again at once, however late the browser says that it was closed', async () => {
    const { page } = await ChatUser.registered(stage.browser, stage.url, 'erin')
    // It says so with the next frame, which a busy machine takes its time for.
    await page.evaluate(() => addEventListener('close', (event) => event.stopPropagation(), true))
    await tabTo(page, 'New conversation')
    for (let times = 0; times < 2; times++) {
      await page.keyboard.press('Enter')
      await focusIs(page, 'Name or address')
      await page.keyboard.press('Escape')
      await focusIs(page, 'New conversation')
    }
    await page.context().close()
  })

  it('gives the focus back when a dialog is closed by its button', async () => {
    const { page } = await ChatUser.registered(stage.browser, stage.url, 'frank')
    await tabTo(page, 'New conversation')
    await page.keyboard.press('Enter')
    await focusIs(page, 'Name or address')
    await tabTo(page, 'Cancel')
    await page.keyboard.press('Enter')
    await focusIs(page, 'New conversation')
    await page.context().close()
  })

  it('shows the list or a conversation on a phone, and the way back', async () => {
    const phone = await ChatUser.registered(stage.browser, stage.url, 'carol', {
      viewport: { width: 360, height: 740 },
      hasTouch: true,
      isMobile: true,
    })
    const list = phone.page.getByRole('navigation', { name: 'Conversations' })
    await phone.begin('bob')
    await list.waitFor({ state: 'hidden' })
    await bob.accept('carol')
    await phone.say('from my phone, with a-very-long-word-that-has-no-place-to-break-and-goes-on-for-long')
    await bob.message('from my phone').waitFor()
    expect(await overflowOf(phone.page)).to.equal(0)
    await phone.button('Back to the conversations').click()
    await list.waitFor()
    await phone.field.waitFor({ state: 'detached' })
    await phone.row('bob').click()
    await phone.field.waitFor()
    await phone.page.goBack()
    await list.waitFor()
    expect(await overflowOf(phone.page)).to.equal(0)
    await phone.close()
  })

  it('keeps everything in sight at 200 % of the size', async () => {
    // What a window of 1280 × 800 has left then.
    const near = await ChatUser.registered(stage.browser, stage.url, 'dora', {
      viewport: { width: 640, height: 400 },
    })
    await near.begin('bob')
    await near.say('large enough')
    expect(await overflowOf(near.page)).to.equal(0)
    for (const control of [near.field, near.button('Send'), near.button('Attach files')])
      expect(await isInSight(near.page, control)).to.equal(true)
    await near.close()
  })
})

/** Presses until what is called so has the focus. */
async function tabTo(page: Page, name: string | RegExp, key: 'Tab' | 'Shift+Tab' = 'Tab'): Promise<void> {
  const passed: string[] = []
  for (let presses = 0; presses < 40; presses++) {
    const focused = await focusedName(page)
    if (typeof name === 'string' ? focused === name : name.test(focused)) return
    passed.push(focused)
    await page.keyboard.press(key)
  }
  throw new Error(`${name} was not reached, only ${passed.join(' | ')}`)
}

async function focusIs(page: Page, name: string | RegExp): Promise<void> {
  await page.waitForFunction(
    ({ source, exact }) => {
      const focused = document.activeElement as HTMLInputElement | null
      const label =
        focused?.getAttribute('aria-label') ?? focused?.labels?.[0]?.innerText ?? focused?.innerText ?? ''
      return exact ? label.trim() === source : new RegExp(source).test(label)
    },
    typeof name === 'string' ? { source: name, exact: true } : { source: name.source, exact: false },
  )
}

function focusedName(page: Page): Promise<string> {
  return page.evaluate(() => {
    const focused = document.activeElement as HTMLInputElement | null
    const label =
      focused?.getAttribute('aria-label') ?? focused?.labels?.[0]?.innerText ?? focused?.innerText ?? ''
    return label.trim()
  })
}

/** Pixels that the page is wider than its window. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

async function isInSight(page: Page, control: ReturnType<Page['locator']>): Promise<boolean> {
  const box = await control.boundingBox()
  const size = page.viewportSize()
  return Boolean(
    box && size && box.y >= 0 && box.y + box.height <= size.height && box.x + box.width <= size.width,
  )
}
