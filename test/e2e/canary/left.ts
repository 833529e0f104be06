/** One HTTP request as it left a Cordon process. */
export interface Left {
  /** Host and port. */
  readonly to: string;
  readonly path: string;
  readonly headers: string;
  readonly body: string;
}
