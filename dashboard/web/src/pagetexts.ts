// The texts of the pages that are loaded when they are opened: each of them imports this.
import en from '../../../internal/messages/pages.en.json'
import ko from '../../../internal/messages/pages.ko.json'
import { addTexts } from './text'

addTexts({ ko, en })
