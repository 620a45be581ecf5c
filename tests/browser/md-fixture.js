/* SPDX-License-Identifier: MIT */
/** A text with every construct, which ends up the same however it arrives. */

export const FIXTURE = `## Merge sort in *three* languages

Merge sort needs **O(n log n)** comparisons, see [the article](https://en.wikipedia.org/wiki/Merge_sort) or <https://example.org/long>. A price of $5 and $10 stays, and $e^{i\\pi} + 1 = 0$ is set; so is \\(k_1\\) and \\[z\\].

\`\`\`python title="merge.py"
def merge(left: list[int], right: list[int]) -> list[int]:
    """Merge two
    sorted lists."""
    out, i, j = [], 0, 0
    while i < len(left) and j < len(right):  # both have items
        out.append(left[i]); i += 1

    return out + left[i:] + right[j:]
\`\`\`

$$
T(n) = 2\\,T\\!\\left(\\frac{n}{2}\\right)

+ \\Theta(n)
$$

| Algorithm | Best | Worst | Notes |
|:--|:-:|--:|---|
| Merge sort | \`n log n\` | 1,000 | needs **memory** |
| Quick sort | $n^2$ | 20 | [in place](https://example.org) |
| Heap sort | x | 3 | slow |
| Tim sort | x | 4 | ~~odd~~ |
| Radix sort | x | 5 | a \\| b |

1. First, split.
   - [x] the left half
   - [ ] the right half
2. Then *merge*; see the note[^1].
   > Divide et impera.

   \`\`\`sh
   ls -la
   \`\`\`
3. Done with ***both* and bold**.

- tight one
- tight two
- now

- loose **three**

![A diagram](https://example.com/merge.png)

<details><summary>raw</summary></details>

Setext heading
==============

> quote with \`code\`
> > nested *quote*
lazy line

~~~
tilde fence
~~~

هذه فقرة بالعربية مع \`code\` و **تشديد**.

- عنصر أول
- عنصر ثان

---

Reference [link] and [another][link], hard\\
break, \`\` a \` b \`\` and a_b_c, 3 * 4 = 12.

    indented code

\`\`\`mermaid
graph TD
  A-->B
\`\`\`

[link]: https://example.org/ref "title"
[^1]: John von Neumann, *1945*.

    A second paragraph.

The end
`;
