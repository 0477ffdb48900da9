import { describeContainers } from './container-suite.ts'

describeContainers('standalone')
