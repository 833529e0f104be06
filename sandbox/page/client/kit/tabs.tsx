import type { KeyboardEvent, ReactNode } from 'react';

export interface Tab {
  readonly id: string;
  readonly label: ReactNode;
  /** Something new is behind it. */
  readonly news?: boolean;
}

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly Tab[];
  readonly selected: string;
  /** Id of the element that a tab shows. */
  readonly panelOf: (tab: string) => string;
  readonly onSelect: (id: string) => void;
}

const steps: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowRight: (at, count) => (at + 1) % count,
  ArrowLeft: (at, count) => (at - 1 + count) % count,
  ']': (at, count) => (at + 1) % count,
  '[': (at, count) => (at - 1 + count) % count,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

/** Tabs as the ARIA practices describe them: one stop for Tab, arrows (or the brackets) go from tab to tab. */
export function Tabs({ label, tabs, selected, panelOf, onSelect }: TabsProps): ReactNode {
  const move = (event: KeyboardEvent<HTMLDivElement>): void => {
    const step = Object.hasOwn(steps, event.key) ? steps[event.key] : undefined;
    const to =
      step &&
      tabs[
        step(
          Math.max(
            0,
            tabs.findIndex(({ id }) => id === selected),
          ),
          tabs.length,
        )
      ];
    if (to === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    onSelect(to.id);
    document.getElementById(tabId(panelOf(to.id), to.id))?.focus();
  };
  return (
    <div className="tabs" role="tablist" aria-label={label} onKeyDown={move}>
      {tabs.map(({ id, label: name, news = false }) => (
        <button
          key={id}
          id={tabId(panelOf(id), id)}
          type="button"
          role="tab"
          aria-selected={id === selected}
          aria-controls={panelOf(id)}
          tabIndex={id === selected ? 0 : -1}
          onClick={() => {
            onSelect(id);
          }}
        >
          {name}
          {news && <span className="news" role="img" aria-label="new" />}
        </button>
      ))}
    </div>
  );
}

/** For the panel's `aria-labelledby`. */
export function tabId(panel: string, tab: string): string {
  return `${panel}-tab-${tab}`;
}
