export { type Config, type LogLevel, readConfig, type S3Config } from './config.ts'
export { ConfigError } from './config-error.ts'
export { OperatorError } from './operations/operator-error.ts'
export { type RunningGateway, startGateway } from './start-gateway.ts'
