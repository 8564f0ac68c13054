import { z } from 'zod';

/** What a customer asks for. */
export const OrderRequest = z.object({
  customer: z.string().min(1),
  items: z
    .array(z.object({ sku: z.string(), count: z.int().min(1), cents: z.int().min(1) }))
    .min(1),
});

/** An order as it is stored. */
export const Order = z.object({
  id: z.string(),
  customer: z.string(),
  cents: z.int(),
  status: z.enum(['placed', 'paid', 'shipped', 'declined', 'expired']),
  placedAt: z.iso.datetime(),
});

/** What is to be charged. */
export const Payment = z.object({ order: z.string(), customer: z.string(), cents: z.int() });

/** A line of the ledger: money that was taken. */
export const Charge = z.object({ id: z.string(), order: z.string(), cents: z.int() });

/** An order was paid. */
export const Paid = z.object({ order: z.string(), cents: z.int() });
