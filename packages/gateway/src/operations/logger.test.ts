import { expect } from 'chai'
import { createLogger } from './logger.ts'

describe('the log', () => {
  function logged(log: (logger: ReturnType<typeof createLogger>) => void): string {
    let lines = ''
    log(createLogger({ level: 'info', write: (line) => (lines += line) }))
    return lines
  }

  const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl'

  it('holds no token, wherever it comes from', () => {
    const lines = logged((logger) => {
      logger.info({ url: `/uploads/1?token=${JWT}`, token: 'secret-1', authorization: 'secret-2' }, 'request')
      logger.warn(
        { err: new Error(`refused Bearer ${JWT}`), headers: { authorization: 'secret-3' } },
        'refused',
      )
    })
    expect(lines).to.contain('request').and.contain('refused Bearer [token]')
    expect(lines).to.not.contain('eyJ').and.not.contain('secret-')
  })

  it('holds no token and no signature of a slot’s address', () => {
    const signature = 'ab12'.repeat(16)
    const lines = logged((logger) => {
      logger.info({ url: `/slots/m/x.jpg?token=${JWT}` }, 'request')
      logger.warn({ err: new Error(`/external/a/b.jpg?v=${signature} failed`) }, 'failed')
      logger.warn({ url: `/external/a/b.jpg?x=1&v2=${signature}` }, 'failed')
    })
    expect(lines).to.contain('?token=[token]').and.contain('?v=[secret]').and.contain('&v2=[secret]')
    expect(lines).to.not.contain('eyJ').and.not.contain('ab12')
  })

  it('holds no password of a database and no signature of an object store', () => {
    const lines = logged((logger) => {
      logger.error({ err: new Error('cannot reach postgres://me:hush@db/x') }, 'failed')
      logger.error({ url: 'http://s3/b/k?X-Amz-Signature=abc123&X-Amz-Credential=key%2F1&a=1' }, 'failed')
    })
    expect(lines).to.contain('postgres://db/x').and.contain('a=1')
    expect(lines).to.not.match(/hush|abc123|key%2F1/)
  })

  it('holds the stack of an error, whether it is called err or error', () => {
    for (const name of ['err', 'error']) {
      const line = logged((logger) => logger.warn({ [name]: new Error('why') }, 'failed'))
      expect(JSON.parse(line)[name].stack, name).to.contain('why')
    }
  })

  it('is JSON, one line each, and leaves out what is below its level', () => {
    const lines = logged((logger) => {
      logger.debug({}, 'no')
      logger.info({ bytes: 5 }, 'yes')
    })
    expect(JSON.parse(lines)).to.include({ bytes: 5, msg: 'yes' })
  })
})
