/** The smallest policy that allows anything; a test appends to its one rule. */
export const small = `version: 1
groups:
  soc: [slack:T0HOME:U1, slack:T0HOME:U2]
  soc-leads: [slack:T0HOME:U3]
rules:
  - name: everything
    actions: [restrict, release]
    requesters: [soc]
    approvers: [soc-leads]
`;
