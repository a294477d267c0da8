import 'pretendard/dist/web/variable/pretendardvariable-dynamic-subset.css'
import './base.css'
import { mount } from 'svelte'
import App from './App.svelte'

mount(App, { target: document.getElementById('app')! })
