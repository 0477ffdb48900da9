import type { Browser, Locator, Page } from 'playwright-core'
import { openPage } from './open-page.ts'

/** Somebody at Converse.js, who has nothing but the mouse and the keyboard. */
export class ConverseUser {
  readonly page: Page

  private constructor(page: Page) {
    this.page = page
  }

  /** In a fresh profile. */
  static async logIn(
    browser: Browser,
    { url, jid, password }: { url: string; jid: string; password: string },
  ): Promise<ConverseUser> {
    // It logs what it would like and does not get: end-to-end keys of contacts, logos of its sponsors.
    const page = await openPage(browser, url, { quiet: true })
    await page.fill('input[name="jid"]', jid)
    await page.fill('input[name="password"]', password)
    await page.click('[type="submit"]')
    await page.getByText('I am online').waitFor()
    return new ConverseUser(page)
  }

  async addContact(jid: string): Promise<void> {
    await this.page.locator('converse-roster converse-dropdown button').first().click()
    await this.page.locator('.add-contact').click()
    const form = this.page.locator('converse-add-contact-modal')
    await form.locator('input[name="jid"]').fill(jid)
    await form.locator('[type="submit"]').click()
    await form.waitFor({ state: 'hidden' })
  }

  /** As the roster has it. */
  contact(jid: string): Locator {
    return this.page.locator('converse-roster-contact', { hasText: jid })
  }

  async openChat(jid: string): Promise<void> {
    await this.#open(this.contact(jid))
  }

  /**
   * Of somebody who said something new: from then on they stand in the roster twice, and what was there before has moved
   * down, away from whoever was about to click on it.
   */
  async openNewMessages(jid: string): Promise<void> {
    await this.#open(this.page.locator('[data-group="New messages"]').locator(this.contact(jid)))
  }

  async send(text: string): Promise<void> {
    await this.#input.fill(text)
    await this.#input.press('Enter')
  }

  async sendFile(file: { name: string; mimeType: string; buffer: Buffer }): Promise<void> {
    await this.page.locator('input[type="file"]').setInputFiles(file)
  }

  /** A message that is shown. */
  message(text: string): Locator {
    return this.page.locator('converse-chat-message', { hasText: text })
  }

  async #open(contact: Locator): Promise<void> {
    await contact.locator('.open-chat').click()
    await this.#input.waitFor()
  }

  get #input(): Locator {
    return this.page.locator('textarea.chat-textarea')
  }
}
