import { useEffect, useState } from 'react';
import type { PageState } from '../model.js';

export interface Live {
  /** Undefined until the first one arrives. */
  readonly state: PageState | undefined;
  /** False while the browser tries to reach the sandbox again. */
  readonly connected: boolean;
}

/** The sandbox's state, always the latest. `EventSource` itself comes back after a lost connection. */
export function useLive(): Live {
  const [live, setLive] = useState<Live>({ state: undefined, connected: true });
  useEffect(() => {
    const events = new EventSource('/events');
    events.onmessage = (event: MessageEvent<string>) => {
      setLive({ state: JSON.parse(event.data) as PageState, connected: true });
    };
    events.onerror = () => {
      setLive(({ state }) => ({ state, connected: false }));
    };
    return () => {
      events.close();
    };
  }, []);
  return live;
}
