import type { ReactNode } from 'react';

interface SwitchProps {
  /** What it switches, for who cannot see what stands beside it. */
  readonly label: string;
  readonly on: boolean;
  readonly onChange: (on: boolean) => void;
  readonly children?: ReactNode;
}

export function Switch({ label, on, onChange, children }: SwitchProps): ReactNode {
  return (
    <button
      type="button"
      role="switch"
      className="switch"
      aria-checked={on}
      aria-label={label}
      onClick={() => {
        onChange(!on);
      }}
    >
      {children}
      <span className="track" aria-hidden="true" />
    </button>
  );
}
