import { expect } from 'chai'
import { describe, it } from 'mocha'
import type { Entry } from '../state/conversation.ts'
import { rowsOf } from './rows.ts'

function said(at: string, isOwn: boolean): Entry {
  const message = { timestamp: new Date(at).getTime() } as Entry['message']
  return { key: at, message, isOwn, delivery: 'sent' }
}

const marks = (entries: Entry[]) =>
  rowsOf(entries).map(({ startsDay, startsGroup, endsGroup }) =>
    [startsDay && 'day', startsGroup && 'first', endsGroup && 'last'].filter(Boolean).join(' '),
  )

describe('the rows of a conversation', () => {
  it('belong together by the same one within minutes', () => {
    expect(
      marks([
        said('2026-11-26T10:00:00', true),
        said('2026-11-26T10:01:00', true),
        said('2026-11-26T10:02:00', false),
        said('2026-11-26T10:10:00', false),
      ]),
    ).to.deep.equal(['day first', 'last', 'first last', 'first last'])
  })

  it('begin anew at midnight', () => {
    expect(marks([said('2026-11-25T23:59:00', true), said('2026-11-26T00:01:00', true)])).to.deep.equal([
      'day first last',
      'day first last',
    ])
  })
})
