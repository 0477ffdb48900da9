import type { IForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser'

/** What each room (a folder of packages/gateway/src) may import beside itself and @sluice/protocol. */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  transfer: [],
  messaging: [String.raw`transfer/(clock|keyed-turns|logger|node-signals)\.ts`], // what both sides need
  tour: [],
  http: ['transfer/', 'messaging/', String.raw`tour/tour-control\.ts`],
  xmpp: ['transfer/', 'messaging/'],
  storage: ['transfer/', 'messaging/'],
  database: ['transfer/', 'messaging/'],
  operations: ['transfer/', 'messaging/'],
}

const GATEWAY = '^packages/gateway/src/'
const TESTS = String.raw`\.(test|contract)\.ts$|^test/|^packages/[^/]+/test/`

const rooms = Object.entries(ROOMS).map(
  ([room, others]): IRegularForbiddenRuleType => ({
    name: `${room}-keeps-to-itself`,
    comment: `${room} imports ${others.length > 0 ? others.join(' and ') : 'no other room'}`,
    severity: 'error',
    from: { path: `${GATEWAY}${room}/`, pathNot: TESTS },
    to: { path: GATEWAY, pathNot: [`${room}/`, ...others].map((name) => `${GATEWAY}${name}`) },
  }),
)

/** The import rules as dependency-cruiser takes them. */
export const BOUNDARIES: IForbiddenRuleType[] = [
  ...rooms,
  {
    name: 'protocol-sees-nobody',
    severity: 'error',
    from: { path: '^packages/protocol/' },
    to: { path: '^packages/(gateway|client)/' },
  },
  {
    name: 'protocol-does-no-io',
    severity: 'error',
    from: { path: '^packages/protocol/src/', pathNot: TESTS },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'client-and-gateway-never-meet',
    severity: 'error',
    from: { path: '^packages/client/' },
    to: { path: '^packages/gateway/' },
  },
  {
    name: 'gateway-and-client-never-meet',
    severity: 'error',
    from: { path: '^packages/gateway/' },
    to: { path: '^packages/client/' },
  },
  {
    name: 'client-core-runs-in-browsers',
    comment: 'only files with `node` in their name and the folder store may need Node',
    severity: 'error',
    from: {
      path: '^packages/client/src/',
      pathNot: [TESTS, '[/-]node[-.]', '/persistence/folder-'],
    },
    to: { dependencyTypes: ['core'] },
  },
  {
    name: 'pages-load-nothing-of-node',
    comment:
      'what browser.ts leads to has no file with `node` in its name, no folder store and no package for Node',
    severity: 'error',
    from: { path: String.raw`^packages/client/src/browser\.ts$` },
    to: {
      reachable: true,
      path: [
        '^packages/client/src/.*[/-]node[-.]',
        String.raw`^packages/client/src/node\.ts$`,
        '^packages/client/src/persistence/folder-',
        '(^|/)node_modules/(ws|mime)/',
      ],
    },
  },
  {
    name: 'page-sees-only-the-client',
    severity: 'error',
    from: { path: '^packages/page/' },
    to: { path: '^packages/', pathNot: '^packages/(page|client)/' },
  },
  {
    name: 'nobody-sees-the-page',
    severity: 'error',
    from: { path: '^packages/', pathNot: '^packages/page/' },
    to: { path: '^packages/page/' },
  },
  {
    name: 'only-hooks-know-react',
    severity: 'error',
    from: { path: '^packages/client/src/', pathNot: [TESTS, String.raw`/react/|/react\.ts$`] },
    to: { path: '(^|/)node_modules/(react|react-dom)/' },
  },
  {
    name: 'only-composition-knows-the-container',
    severity: 'error',
    from: { path: '^packages/', pathNot: String.raw`^packages/gateway/src/composition\.ts$` },
    to: { path: '(^|/)node_modules/(tsyringe|reflect-metadata)/' },
  },
  {
    name: 'source-never-imports-tests',
    severity: 'error',
    from: { path: '^packages/[^/]+/src/', pathNot: TESTS },
    to: { path: TESTS },
  },
  {
    name: 'packages-declare-what-they-need',
    severity: 'error',
    // The page is bundled: whoever gets it installs nothing.
    from: { path: '^packages/[^/]+/src/', pathNot: [TESTS, '^packages/page/'] },
    to: {
      dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
      dependencyTypesNot: ['type-only', 'npm-peer'],
    },
  },
  {
    name: 'everything-resolves',
    severity: 'error',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'no-circles',
    severity: 'error',
    from: {},
    to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
  },
]
