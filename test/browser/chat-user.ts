import type { Browser, BrowserContext, BrowserContextOptions, Locator, Page } from 'playwright-core'
import { openPage } from './open-page.ts'
import type { SampleFile } from './sample-media.ts'

export const PASSWORD = 'correct horse'

/** The chat of one person, as they see and use it. */
export class ChatUser {
  readonly page: Page

  private constructor(page: Page) {
    this.page = page
  }

  /** In a fresh profile; `url` is the gateway’s, or one of its views. */
  static async open(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<ChatUser> {
    return ChatUser.in(await browser.newContext(options), url)
  }

  /** One more tab of a profile. */
  static async in(context: BrowserContext, url: string): Promise<ChatUser> {
    // Tests hand files to an input; the picker of handles belongs to the system.
    await context.addInitScript('delete globalThis.showOpenFilePicker')
    return new ChatUser(await openPage(context, url.includes('#') ? url : `${url}/#chat`, { quiet: true }))
  }

  static async registered(
    browser: Browser,
    url: string,
    name: string,
    options?: BrowserContextOptions,
  ): Promise<ChatUser> {
    const chat = await ChatUser.open(browser, url, options)
    await chat.register(name)
    return chat
  }

  async register(name: string): Promise<void> {
    await this.button('Create an account').click()
    await this.page.getByLabel('Name').fill(name)
    await this.page.getByLabel('Password').fill(PASSWORD)
    await this.button('Create the account').click()
    await this.button('New conversation').waitFor()
  }

  async login(name: string, password = PASSWORD): Promise<void> {
    await this.page.getByLabel('Name').fill(name)
    await this.page.getByLabel('Password').fill(password)
    await this.button('Log in').click()
  }

  /** Asks somebody to be a contact and shows the conversation. */
  async begin(name: string): Promise<void> {
    await this.button('New conversation').click()
    await this.page.getByLabel('Name or address').fill(name)
    await this.button('Start').click()
    await this.field.waitFor()
  }

  async accept(name: string): Promise<void> {
    await this.button(`Accept ${name}`).click()
    await this.field.waitFor()
  }

  /** Of the list. */
  row(name: string): Locator {
    return this.page.locator('.sidebar-list').getByRole('link', { name })
  }

  get field(): Locator {
    return this.page.getByPlaceholder('Write a message')
  }

  button(name: string | RegExp): Locator {
    return this.page.getByRole('button', { name, exact: typeof name === 'string' })
  }

  /** Every message with this text in it. */
  message(text: string | RegExp): Locator {
    return this.page.locator('.message').filter({ hasText: text })
  }

  async say(text: string): Promise<void> {
    await this.field.fill(text)
    await this.field.press('Enter')
  }

  /** Picks files; the dialog with their captions is open then. */
  async attach(files: readonly SampleFile[]): Promise<void> {
    const chooser = this.page.waitForEvent('filechooser')
    await this.button('Attach files').click()
    await (await chooser).setFiles([...files])
    await this.dialog.waitFor()
  }

  async sendFiles(files: readonly SampleFile[]): Promise<void> {
    await this.attach(files)
    await this.inDialog('Send').click()
  }

  /** A button of the dialog that is open. */
  inDialog(name: string): Locator {
    return this.dialog.getByRole('button', { name, exact: true })
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog')
  }

  async close(): Promise<void> {
    await this.page.context().close()
  }
}

/** Two people who are each other's contacts, both with the conversation open. */
export async function twoContacts(browser: Browser, url: string, [one, other]: readonly [string, string]) {
  const first = await ChatUser.registered(browser, url, one)
  const second = await ChatUser.registered(browser, url, other)
  await first.begin(other)
  await second.accept(one)
  await first.page.locator('.conversation-header').getByText('online', { exact: true }).waitFor()
  return [first, second] as const
}
