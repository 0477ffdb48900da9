import { openStandaloneStage } from './standalone-stage.ts'
import { describeManual } from './suite.ts'

describeManual('a standalone gateway with embedded defaults', () => openStandaloneStage())
