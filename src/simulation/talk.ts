// The texts of the simulation: what users of a shop's assistant ask, good and bad replies, and their feedback.

export type Exchange = { prompt: string; good: string; bad: string };

export const exchanges: readonly [Exchange, ...Exchange[]] = [
  {
    prompt: 'How do I return a pair of shoes?',
    good: 'You have **30 days** from delivery:\n\n1. Open *Orders* and choose *Return*.\n2. Print the label, or show its code at a parcel shop.\n3. The refund arrives within five working days of our receiving them.\n\nThe shoes should be unworn, in their box.',
    bad: 'Returns are possible. Please see our terms and conditions for further information about returns.',
  },
  {
    prompt: 'Where is my order 20418?',
    good: 'It left our warehouse yesterday and should reach you **tomorrow before noon**. The carrier sends a message with a one-hour window in the morning.',
    bad: 'Your order is on its way. It was delivered last week.',
  },
  {
    prompt: 'Can I change the delivery address after ordering?',
    good: 'Yes, until the parcel is packed, usually two hours after the order. Open the order, choose *Change address*, and save. After that, the carrier can still redirect it to a parcel shop.',
    bad: 'No, an address can never be changed.',
  },
  {
    prompt: 'Which jacket keeps me dry in heavy rain?',
    good: '| Jacket | Water column | Weight |\n| --- | ---: | ---: |\n| Fell Pro | 20,000 mm | 410 g |\n| Fell Light | 10,000 mm | 260 g |\n\nFor hours of heavy rain take the **Fell Pro**; the Light is for showers.',
    bad: 'All of our jackets are great in any weather! You will love them. Buy one today, or two, so that you always have one that is dry.',
  },
  {
    prompt: 'My discount code SPRING15 does not work',
    good: 'SPRING15 takes 15 % off orders **above 60 €** and does not combine with sale items. Your basket has 48 € of regular items: 12 € more, and it will be accepted.',
    bad: 'Discount codes are a type of promotion. They can be entered at the checkout.',
  },
  {
    prompt: 'Do you ship to Norway, and what does it cost?',
    good: 'We do: **9.90 €**, three to five working days. Norwegian VAT is already in the price that you see at the checkout, so nothing is due at the door.',
    bad: 'Shipping within the European Union is free above 50 €. Norway is in the European Union.',
  },
  {
    prompt: 'How should I wash a merino sweater?',
    good: 'Cold, on the wool cycle, inside out, with wool detergent. No softener, no tumble dryer: lay it flat to dry, and it keeps its shape.',
    bad: 'Wash it at 60 °C with the rest of your clothes, and tumble dry it on high.',
  },
  {
    prompt: 'What size do I take if I am between 41 and 42?',
    good: 'In our trail shoes take **42**: they run narrow, and feet swell on long days. In sneakers take 41. Both can be exchanged for free within 30 days.',
    bad: 'Sizes are different for everyone, so it is hard to say anything about it. Some take the bigger one and some take the smaller one, and both may be right or wrong.',
  },
  {
    prompt: 'Cancel my newsletter please',
    good: 'Done in two steps: open *Account › Messages* and switch *Newsletter* off. You will get no more from tomorrow on; messages on your orders still arrive.',
    bad: 'I am sorry to hear that! Our newsletter has many advantages. Would you like to hear of our new collection first?',
  },
  {
    prompt: 'Is there a warranty on the tent poles?',
    good: 'Five years on material and workmanship. Broken by wind or a misstep, we repair them at cost: usually 8 € a segment. Send a photo and the order number, and you get a label.',
    bad: 'Yes.',
  },
  {
    prompt: 'What is the difference between the Plus and the Basic plan?',
    good: 'Basic has everything for one person. **Plus** adds:\n\n- up to five people\n- support by phone, on weekdays\n- free returns without a time limit\n\nIt costs 4 € more a month, and can be cancelled at any time.',
    bad: 'The Plus plan is better than the Basic plan. It is our most popular plan.',
  },
  {
    prompt: 'I was charged twice for one order',
    good: 'I see two authorisations of 79.90 €, of which only one was booked. The other is released by your bank within three working days. If it is still there on Friday, write here, and a colleague settles it.',
    bad: 'That is not possible. Our system never charges twice.',
  },
];

export const comments = {
  good: [
    'Exactly what I needed',
    'Clear, and the steps worked',
    'Quick and to the point',
    'It knew the details, great',
  ],
  bad: [
    'That did not answer my question',
    'This is simply wrong',
    'Too vague to be of use',
    'It tried to sell me something instead',
    'I had to ask a person in the end',
  ],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export const tags = {
  good: ['helpful', 'correct', 'clear', 'complete'],
  bad: ['incorrect', 'unhelpful', 'unclear', 'too_long', 'off_topic'],
} as const satisfies Record<string, readonly [string, ...string[]]>;

export const usernames = [
  'sim-ada',
  'sim-bruno',
  'sim-chiara',
  'sim-dmitri',
  'sim-emeka',
  'sim-freya',
  'sim-goro',
  'sim-hana',
  'sim-imran',
  'sim-jun',
  'sim-kalle',
  'sim-lucia',
] as const satisfies readonly [string, ...string[]];
