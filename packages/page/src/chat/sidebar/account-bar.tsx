import { Avatar } from '../../design/avatar.tsx'
import { IconButton } from '../../design/icon-button.tsx'
import { localPart } from '../state/name-of.ts'

interface AccountBarProps {
  readonly account: string
  readonly onLogout: () => void
}

/** As whom one is here. */
export function AccountBar({ account, onLogout }: AccountBarProps) {
  const name = localPart(account)
  return (
    <div class="account-bar">
      <Avatar jid={account} name={name} small />
      <span class="account-bar-text" title={account}>
        <strong>{name}</strong>
        <span class="soft">{account}</span>
      </span>
      <IconButton icon="leave" label="Log out" onClick={onLogout} />
    </div>
  )
}
