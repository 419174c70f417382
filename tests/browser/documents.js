// The documents that a quoting tool would send, with a line of every kind that Autotask tells apart.

const AT_THE_OFFICE = {
  line1: '200 Main Street',
  line2: null,
  city: 'Albany',
  state: 'NY',
  postal_code: '12207',
  country: 'US',
};

/** A quote in the given state. Its owner is nobody in Autotask, so that the default owner counts. */
export function quote(status = 'open', changes = {}) {
  return {
    title: 'Reception desk move',
    status,
    currency: 'USD',
    created_at: '2026-11-23T09:00:00Z',
    expires_on: '2026-12-07',
    owner: { name: 'Web Shop', email: 'shop@elsewhere.example' },
    customer: { id: '55', name: 'Northwind Traders', autotask_company_id: null },
    contact: { name: 'Purchasing Contact', email: 'purchasing@northwind.example' },
    delivery: { address: AT_THE_OFFICE, amount: '25.00', taxable: true },
    lines: [
      line('1', 'product', 'Fortinet FortiGate 60F', { sku: 'FG-60F', category: 'Hardware/Firewalls' }),
      line('2', 'product', 'Cable channel, oak', { sku: 'OAK-2M', category: 'Hardware/Accessories' }),
      line('3', 'product', 'Standing mat', { sku: 'MAT-1', category: 'Furniture/Mats' }),
      line('4', 'recurring_service', 'Managed Workstation', { category: 'Services', period: 'monthly', quantity: '3' }),
      line('5', 'recurring_service', 'Visitor sign-in', { category: 'Services', period: 'monthly' }),
      line('6', 'labor', 'Field engineer, per hour', { category: 'Services', quantity: '6.5', taxable: false }),
      line('7', 'setup_fee', 'Onboarding', { category: 'Services', unit_cost: '0.00', taxable: false }),
      line('8', 'product', 'APC Smart-UPS 1500', { sku: 'UPS-1500', category: 'Hardware/Power', optional: true, selected: false }),
    ],
    ...changes,
  };
}

/** A sale without a quote, as an online store makes it. */
export function sale(changes = {}) {
  return {
    title: 'Online store order',
    status: 'placed',
    quote_number: null,
    currency: 'USD',
    ordered_at: '2026-11-23T11:20:00Z',
    owner: null,
    customer: { id: '55', name: 'Northwind Traders', autotask_company_id: null },
    surcharge: { amount: '3.45', taxable: false },
    coupon: { amount: '10.00' },
    lines: [line('1', 'product', 'Fortinet FortiGate 60F', { sku: 'FG-60F', category: 'Hardware/Firewalls' })],
    ...changes,
  };
}

function line(id, kind, name, rest) {
  return { id, kind, name, quantity: '1', unit_price: '99.00', unit_cost: '60.00', taxable: true, ...rest };
}
