/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Memory that only starting took: given back. */
#pragma once

/* Of the libraries, the pages that were read to link them and are as in their files: whoever needs
 * one again gets it from the page cache. Of the heap, what is free. A millisecond; any thread. */
void tac_trim (void);
