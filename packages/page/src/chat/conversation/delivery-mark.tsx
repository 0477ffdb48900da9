import type { Delivery } from '../state/conversation.ts'

const LOOKS: Record<Delivery, { text: string; path: string }> = {
  waiting: { text: 'Waiting to be sent', path: 'M12 8.5V12l2.2 1.5M12 5a7 7 0 1 0 0 14a7 7 0 0 0 0-14z' },
  failed: { text: 'Not sent', path: 'M12 8.5v4M12 15.5v.01M12 5a7 7 0 1 0 0 14a7 7 0 0 0 0-14z' },
  sent: { text: 'Sent', path: 'M6 12.5l4 4L18 8' },
  received: { text: 'Received', path: 'M2 12.5l4 4L14 8M11 15.5l1 1L20 8' },
  displayed: { text: 'Seen', path: 'M2 12.5l4 4L14 8M11 15.5l1 1L20 8' },
}

/** How far a message has come. */
export function DeliveryMark({ delivery }: { readonly delivery: Delivery }) {
  const { text, path } = LOOKS[delivery]
  return (
    <svg
      class="delivery-mark"
      data-delivery={delivery}
      viewBox="0 0 24 24"
      width="18"
      height="18"
      role="img"
      aria-label={text}
    >
      <title>{text}</title>
      <path
        d={path}
        fill="none"
        stroke="currentColor"
        stroke-width="2.2"
        stroke-linecap="round"
        stroke-linejoin="round"
      />
    </svg>
  )
}
