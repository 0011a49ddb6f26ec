import * as z from 'zod';

/** A name in a path. */
export const named = z.strictObject({
  name: z.string().min(1).max(256).meta({ description: 'As it is registered.', example: 'payments' }),
});

export const warningSchema = z
  .object({
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable(),
    line: z.int(),
    column: z.int(),
    length: z.int(),
  })
  .meta({ id: 'Warning' });

/** A statement as text. */
export const sql = z.string().meta({ description: 'The statement, UTF-8.' });

export const ETAG = { etag: 'Changes with every change; for If-Match.' };
