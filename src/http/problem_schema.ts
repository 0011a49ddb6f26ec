import * as z from 'zod';
import { PROBLEMS, type ProblemCode } from './problem.js';

const codes = Object.keys(PROBLEMS) as [ProblemCode, ...ProblemCode[]];

const problemErrorSchema = z
  .looseObject({
    code: z.string(),
    message: z.string(),
    hint: z.string().nullable().optional(),
    line: z.int().min(1).optional().meta({ description: 'In the text, from 1.' }),
    column: z.int().min(1).optional().meta({ description: 'In the line, from 1.' }),
    length: z.int().min(0).optional().meta({ description: 'In characters.' }),
    context: z.string().optional().meta({ description: 'The source line, with a caret below the place.' }),
    pointer: z.string().optional().meta({ description: 'In a JSON body (RFC 6901).' }),
    parameter: z.string().optional(),
    index: z.int().min(0).optional().meta({ description: 'In a batch of events, from 0.' }),
  })
  .meta({ id: 'ProblemError' });

/** The body of every answer that is no success (RFC 9457). */
export const problemSchema = z
  .looseObject({
    type: z.string().meta({ description: 'A path of this server that describes the code.' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(codes).meta({ description: 'Stable: what programs should look at.' }),
    detail: z.string().meta({ description: 'What is wrong this time, and what to do about it.' }),
    errors: z.array(problemErrorSchema).optional(),
  })
  .meta({ id: 'Problem' });
